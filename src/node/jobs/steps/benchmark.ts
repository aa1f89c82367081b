import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { NNOptError } from '../../../shared/errors'
import type { Benchmark, BenchmarkComparison, Version } from '../../../shared/types'
import type { BenchmarkEntry, BenchmarkReport } from '../../inference/benchmark'
import { createId } from '../../store/ids'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'
import { versionName } from '../../../shared/fields'

const params = z.object({
  versions: z.array(versionName()).min(1).describe('Versions to compare; they take turns'),
  batch: z
    .array(z.number().int().min(1).max(1024))
    .min(1)
    .default([1])
    .meta({ unit: 'images' })
    .describe('Images per batch; each size is measured'),
  threads: z
    .array(z.number().int().min(1).max(256))
    .min(1)
    .optional()
    .describe('onnxruntime threads; each count is measured (default: all cores)'),
  rounds: z
    .number()
    .int()
    .min(2)
    .max(1000)
    .default(12)
    .describe(
      'Minimum number of rounds over all versions; up to four times as many on a quiet machine while a 95% CI is wider than 3%',
    ),
  tuned: z
    .boolean()
    .default(false)
    .describe(
      'Run each version in its fastest configurations for throughput and for one image, with the batch size and threads found by tuning',
    ),
})

type Params = z.output<typeof params>

/** Measures the speed of versions side by side, alone on the machine. */
export const benchmarkStep = defineStep({
  id: 'benchmark',
  label: 'Benchmark',
  help: 'Measures latency and throughput of versions side by side, while nothing else runs',
  params,
  exclusive: true,
  run,
})

async function run(context: StepContext, options: Params): Promise<StepOutput> {
  const versions = await Promise.all(options.versions.map(context.version))
  const { benchmarkGroups } = await import('../../inference/benchmark')
  const groups = options.tuned ? await tunedGroups(context, versions) : await sameForAll(context, versions, options)
  context.progress({ label: 'warming up', done: 0 })
  const report = await benchmarkGroups(groups, {
    rounds: options.rounds,
    signal: context.signal,
    onProgress: (done, total) => context.progress({ label: 'measuring', done, total, unit: 'rounds' }),
  })
  const { runtimeText } = await import('../../inference/engineName')
  const benchmarks = report.results.map((result) =>
    stored(result, report, runtimeText(result.engine, result.form), options.tuned),
  )
  for (const warning of new Set(benchmarks.flatMap(({ warnings }) => warnings))) context.warn(warning)
  await keep(context, versions, benchmarks)
  return { output: { benchmarks, comparisons: report.comparisons.map(comparison), cpu: report.cpu } }
}

type Groups = readonly (readonly BenchmarkEntry[])[]

const shapeOf = ({ inputSize: { height, width } }: Version): readonly number[] => [3, height, width]

/** The same runtime, threads and batch for all; a version whose channels fill up faster here runs so. */
async function sameForAll(
  { store }: StepContext,
  versions: readonly Version[],
  { batch, threads = [availableParallelism()] }: Params,
): Promise<Groups> {
  assertCores(threads)
  const { ordinaryFile } = await import('../../inference/tuned')
  return batch.flatMap((size) =>
    threads.map((count) =>
      versions.map((version): BenchmarkEntry => {
        const { path, form } = ordinaryFile(store, version.id, size === 1 ? 'latency' : 'throughput')
        return {
          id: version.id,
          model: path,
          form,
          imageShape: shapeOf(version),
          batch: size,
          threads: count,
          engine: 'onnxruntime',
          sessions: 1,
        }
      }),
    ),
  )
}

/** Each in the configuration that was found fastest for it: two groups, for throughput and for one image. Throws `notFound` naming a version that is not tuned. */
async function tunedGroups({ store }: StepContext, versions: readonly Version[]): Promise<Groups> {
  const { tunedModel } = await import('../../inference/tuned')
  return (['throughput', 'latency'] as const).map((goal) =>
    versions.map((version): BenchmarkEntry => {
      const {
        path,
        form,
        concurrency,
        options: { engine = 'onnxruntime' },
        batch,
      } = tunedModel(store, version, goal)
      return { id: version.id, model: path, form, imageShape: shapeOf(version), batch, ...concurrency, engine }
    }),
  )
}

function assertCores(threads: readonly number[]): void {
  const tooMany = threads.find((count) => count > availableParallelism())
  if (tooMany !== undefined)
    throw new NNOptError(
      'badInput',
      `threads: expected at most the ${availableParallelism()} cores of this machine, got ${tooMany}`,
    )
}

/** A version that was deleted while it was measured, to the trash or for good, keeps no figures. */
async function keep(
  { store, runId }: StepContext,
  versions: readonly Version[],
  benchmarks: readonly Benchmark[],
): Promise<void> {
  const rows = await Promise.all(versions.map(({ id }) => store.versions.find(id)))
  const gone = versions.find((_, index) => rows[index]?.deletedAt !== null)
  if (gone)
    throw new NNOptError(
      'notFound',
      `version '${gone.name}' (${gone.id}) was deleted while it was being measured: measure the others again without it`,
    )
  const createdAt = new Date().toISOString()
  for (const benchmark of benchmarks)
    await store.measurements.addBenchmark({
      id: createId('b'),
      versionId: benchmark.version,
      runId,
      createdAt,
      benchmark,
    })
}

function stored(
  {
    id,
    batch,
    threads,
    engine,
    form,
    sessions,
    samples,
    latencyMs,
    throughput,
    roundsMs,
    warnings,
  }: BenchmarkReport['results'][number],
  { cpu }: BenchmarkReport,
  runtime: string,
  tuned: boolean,
): Benchmark {
  return {
    version: id,
    batchSize: batch,
    threads,
    layout: { engine, form, sessions, tuned },
    runs: samples,
    latencyMs,
    samplesPerSecond: throughput.median,
    samplesPerSecondInterval: [throughput.low, throughput.high],
    device: { cpu: cpu.model, runtime, threads: threads * sessions },
    warnings,
    roundsMs,
    cpu,
  }
}

const comparison = ({
  id,
  to,
  batch,
  threads,
  ratio,
  significant,
}: BenchmarkReport['comparisons'][number]): BenchmarkComparison => ({
  version: id,
  to,
  batchSize: batch,
  threads,
  ratio,
  significant,
})
