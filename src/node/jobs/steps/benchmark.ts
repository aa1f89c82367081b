import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { NNOptError } from '../../../shared/errors'
import type { Benchmark, BenchmarkComparison, Version } from '../../../shared/types'
import type { BenchmarkReport } from '../../inference/benchmark'
import { createId } from '../../store/ids'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'

const params = z.object({
  versions: z.array(z.string().min(1)).min(1).describe('Versions to compare; they take turns'),
  batch: z.array(z.number().int().min(1).max(1024)).min(1).default([1]).meta({ unit: 'images' }).describe('Images at once; every number is measured'),
  threads: z.array(z.number().int().min(1).max(256)).min(1).optional().describe('Threads of onnxruntime, every number is measured; the cores when left out'),
  rounds: z.number().int().min(2).max(1000).default(12).describe('Rounds over all versions'),
})

/** Measures the speed of versions side by side, alone on the machine. */
export const benchmarkStep = defineStep({ id: 'benchmark', label: 'Benchmark', params, exclusive: true, run })

async function run(context: StepContext, { versions: references, batch, threads = [availableParallelism()], rounds }: z.output<typeof params>): Promise<StepOutput> {
  assertCores(threads)
  const versions = references.map(context.version)
  const [{ benchmark }, { runtimeName }] = await Promise.all([import('../../inference/benchmark'), import('../../inference/runtimeVersion')])
  const models = versions.map(({ id, inputSize: { height, width } }) => ({ id, model: context.store.paths.model(id), imageShape: [3, height, width] }))
  context.progress({ label: 'warming up', done: 0 })
  const report = await benchmark(models, { batches: batch, threads, rounds, signal: context.signal, onProgress: (done, total) => context.progress({ label: 'measuring', done, total, unit: 'rounds' }) })
  const benchmarks = report.results.map((result) => stored(result, report, runtimeName()))
  for (const warning of new Set(benchmarks.flatMap(({ warnings }) => warnings))) context.warn(warning)
  keep(context, versions, benchmarks)
  return { output: { benchmarks, comparisons: report.comparisons.map(comparison), cpu: report.cpu } }
}

function assertCores(threads: readonly number[]): void {
  const tooMany = threads.find((count) => count > availableParallelism())
  if (tooMany !== undefined) throw new NNOptError('badInput', `threads: expected at most the ${availableParallelism()} cores of this machine, got ${tooMany}`)
}

/** A version that was deleted while it was measured, to the trash or for good, keeps no figures. */
function keep({ store, runId }: StepContext, versions: readonly Version[], benchmarks: readonly Benchmark[]): void {
  const gone = versions.find(({ id }) => store.versions.find(id)?.deletedAt !== null)
  if (gone) throw new NNOptError('notFound', `version '${gone.name}' (${gone.id}) was deleted while it was measured: measure the others again without it`)
  const createdAt = new Date().toISOString()
  for (const benchmark of benchmarks) store.measurements.addBenchmark({ id: createId('b'), versionId: benchmark.version, runId, createdAt, benchmark })
}

function stored({ id, batch, threads, samples, latencyMs, throughput, roundsMs, warnings }: BenchmarkReport['results'][number], { cpu }: BenchmarkReport, runtime: string): Benchmark {
  return {
    version: id,
    batchSize: batch,
    threads,
    runs: samples,
    latencyMs,
    samplesPerSecond: throughput.median,
    samplesPerSecondInterval: [throughput.low, throughput.high],
    device: { cpu: cpu.model, runtime, threads },
    warnings,
    roundsMs,
    cpu,
  }
}

const comparison = ({ id, to, batch, threads, ratio, significant }: BenchmarkReport['comparisons'][number]): BenchmarkComparison => ({ version: id, to, batchSize: batch, threads, ratio, significant })
