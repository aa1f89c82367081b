import { z } from 'zod'
import { problem, split } from './dataset'
import { engines, modelForms } from './engine'

/** What computed a number. */
const deviceFacts = z.object({ cpu: z.string(), runtime: z.string(), threads: z.number() }).readonly()

/** CPU state during a benchmark; null if the system does not report it. */
export const cpuFacts = z
  .object({
    model: z.string(),
    architecture: z.string(),
    cores: z.number(),
    avx2: z.boolean().nullable(),
    avx512: z.boolean().nullable(),
    vnni: z.boolean().nullable(),
    amx: z.boolean().nullable().default(null),
    bf16: z.boolean().nullable().default(null),
    frequencyMhz: z.number().nullable(),
    temperatureC: z.number().nullable(),
    /** Cores kept busy by other programs just before the start. */
    otherLoad: z.number().nullable().default(null),
  })
  .readonly()

/** Counts over the initializers of a model; `sparsity` is the share of zeros among its weights. */
const parameterStatistics = z.object({
  intWeightParams: z.number(),
  floatWeightParams: z.number(),
  floatBiasParams: z.number(),
  bnParams: z.number(),
  otherFloatParams: z.number(),
  totalParams: z.number(),
  nonzeroParams: z.number(),
  sparsity: z.number(),
  approxMemoryMb: z.number(),
})

const interval = z.tuple([z.number(), z.number()]).readonly()

/** Accuracy and speed of a version on a split, measured by onnxruntime on the CPU. Fractions are 0..1. */
export const evaluation = parameterStatistics
  .extend({
    version: z.string(),
    dataset: z.string(),
    split,
    samples: z.number(),
    accuracy: z.number(),
    /** 95% confidence interval (Wilson). */
    accuracyInterval: interval,
    avgLoss: z.number(),
    samplesPerSecond: z.number(),
    avgTimePerBatchMs: z.number(),
    avgTimePerSampleMs: z.number(),
    batchSize: z.number(),
    threads: z.number(),
    warmupBatches: z.number(),
    perClass: z.array(z.object({ name: z.string(), accuracy: z.number(), samples: z.number() }).readonly()).readonly(),
    /** Rows: true class. Columns: predicted class. */
    confusionMatrix: z.array(z.array(z.number()).readonly()).readonly(),
    device: deviceFacts,
    skipped: z.array(problem).readonly(),
    warnings: z.array(z.string()).readonly(),
    fileSizeBytes: z.number(),
  })
  .readonly()
export type Evaluation = z.infer<typeof evaluation>

/**
 * Speed of a version on the CPU. Nothing else in this program ran meanwhile, and versions measured together took turns.
 */
export const benchmark = z
  .object({
    version: z.string(),
    batchSize: z.number(),
    /** Intra-op threads of one session. */
    threads: z.number(),
    /**
     * How it ran; absent in measurements of older program versions, which used one onnxruntime session on the original
     * file.
     */
    layout: z
      .object({
        engine: z.enum(engines),
        form: z.enum(modelForms),
        sessions: z.number().int().min(1),
        /** Chosen by tuning, per version. */ tuned: z.boolean(),
      })
      .readonly()
      .optional(),
    /** Number of timed batches. */
    runs: z.number(),
    /** Per batch. */
    latencyMs: z.object({ p50: z.number(), p90: z.number(), p95: z.number(), p99: z.number() }).readonly(),
    /** Images per second: median over rounds. */
    samplesPerSecond: z.number(),
    /** Its 95% bootstrap confidence interval. */
    samplesPerSecondInterval: interval,
    device: deviceFacts,
    warnings: z.array(z.string()).readonly(),
    /** Every timed run in milliseconds, by round; absent in summaries and in measurements of older program versions. */
    roundsMs: z.array(z.array(z.number()).readonly()).readonly().optional(),
    cpu: cpuFacts.optional(),
    /** Versions of one session took turns, so their speeds can be compared. Given to what is read from the workspace. */
    session: z.string().optional(),
  })
  .readonly()
export type Benchmark = z.infer<typeof benchmark>

/** Throughput of a version over that of the first in the same benchmark; at the same batch and threads, unless each ran in its own fastest configuration. */
export const benchmarkComparison = z
  .object({
    version: z.string(),
    to: z.string(),
    batchSize: z.number(),
    threads: z.number(),
    /** Median over rounds with its 95% bootstrap confidence interval. */
    ratio: z.object({ median: z.number(), low: z.number(), high: z.number() }).readonly(),
    /** Whether the interval excludes 1. */
    significant: z.boolean(),
  })
  .readonly()
export type BenchmarkComparison = z.infer<typeof benchmarkComparison>

/** A measurement as stored. */
export const storedEvaluation = z
  .object({
    id: z.string(),
    versionId: z.string(),
    runId: z.string().nullable(),
    createdAt: z.string(),
    limit: z.number().nullable(),
    seed: z.number(),
    evaluation,
  })
  .readonly()
export type StoredEvaluation = z.infer<typeof storedEvaluation>

export const storedBenchmark = z
  .object({ id: z.string(), versionId: z.string(), runId: z.string().nullable(), createdAt: z.string(), benchmark })
  .readonly()
export type StoredBenchmark = z.infer<typeof storedBenchmark>
