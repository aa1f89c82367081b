import { availableParallelism } from 'node:os'
import { z } from 'zod'
import type { Benchmark, Version } from '../../../shared/types'
import type { BenchmarkReport } from '../../inference/benchmark'
import { createId } from '../../store/ids'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'

const params = z.object({
  versions: z.array(z.string().min(1)).min(1).describe('Versions to compare; they take turns'),
  batchSize: z.number().int().min(1).max(1024).default(1).meta({ unit: 'images' }).describe('Images at once'),
  threads: z.number().int().min(1).max(256).optional().describe('Threads of onnxruntime; the cores when left out'),
  rounds: z.number().int().min(1).max(1000).default(12).describe('Rounds over all versions'),
})

/** Measures the speed of versions side by side, alone on the machine. */
export const benchmarkStep = defineStep({ id: 'benchmark', label: 'Benchmark', params, exclusive: true, run })

async function run(context: StepContext, { versions: references, batchSize, threads = availableParallelism(), rounds }: z.output<typeof params>): Promise<StepOutput> {
  const { store, runId, signal } = context
  const versions = references.map(context.version)
  const [{ benchmark }, { runtimeName }] = await Promise.all([import('../../inference/benchmark'), import('../../inference/runtimeVersion')])
  const models = versions.map(({ id, inputSize: { height, width } }) => ({ id, model: store.paths.model(id), imageShape: [3, height, width] }))
  context.progress({ label: 'warming up', done: 0 })
  const report = await benchmark(models, { batch: batchSize, threads, rounds, signal, onProgress: (done, total) => context.progress({ label: 'measuring', done, total, unit: 'rounds' }) })
  const benchmarks = versions.map((version) => resultFor(version, report, runtimeName()))
  for (const warning of new Set(benchmarks.flatMap(({ warnings }) => warnings))) context.warn(warning)
  for (const result of benchmarks) {
    store.measurements.addBenchmark({ id: createId('b'), versionId: result.version, runId, createdAt: new Date().toISOString(), benchmark: result })
  }
  return { output: { benchmarks } }
}

function resultFor({ id }: Version, { results, cpu }: BenchmarkReport, runtime: string): Benchmark {
  const [{ batch: batchSize, threads, samples, latencyMs, throughput, warnings }] = results.filter((result) => result.id === id)
  return {
    version: id,
    batchSize,
    threads,
    runs: samples,
    latencyMs,
    samplesPerSecond: throughput.median,
    samplesPerSecondInterval: [throughput.low, throughput.high],
    device: { cpu: cpu.model, runtime, threads },
    warnings,
  }
}
