import { z } from 'zod'
import { split } from './dataset'
import { benchmark } from './measurement'

const precisions = ['fp32', 'int8'] as const

const [mostTags, longestTag, longestNotes] = [50, 50, 20_000]

/** User-written metadata of a version. */
export const tags = z
  .array(z.string().min(1).max(longestTag, `Use at most ${longestTag} characters per tag.`))
  .max(mostTags, `Use at most ${mostTags} tags.`)
  .readonly()
export const notes = z.string().max(longestNotes, `Use at most ${longestNotes.toLocaleString('en')} characters.`)

export const versionOrigins = ['imported', 'trained', 'quantized', 'pruned', 'bundled'] as const

/** An immutable model in the store: its facts, and its user-written metadata. */
export const version = z
  .object({
    id: z.string(),
    name: z.string(),
    origin: z.enum(versionOrigins),
    precision: z.enum(precisions),
    parentId: z.string().nullable(),
    runId: z.string().nullable(),
    createdAt: z.string(),
    deletedAt: z.string().nullable(),
    /** Name of the graph, such as 'mobilenet-v2'. */
    architecture: z.string(),
    inputSize: z.object({ height: z.number(), width: z.number() }).readonly(),
    /** Empty if neither the file nor the user provided names. */
    classes: z.array(z.string()).readonly(),
    classCount: z.number(),
    /** False for models that can only run, such as imported int8 files. */
    trainable: z.boolean(),
    sizeBytes: z.number(),
    /** Size of all files in its folder. */
    diskBytes: z.number(),
    /** SHA-256 of model.onnx. */
    hash: z.string(),
    /** How it was made: the step and its parameters. */
    step: z.record(z.string(), z.unknown()).readonly(),
    warnings: z.array(z.string()).readonly(),
    tags: z.array(z.string()).readonly(),
    notes: z.string(),
  })
  .readonly()
export type Version = z.infer<typeof version>

/** Summary of the latest measurements for tables: an evaluation without its matrix, and a benchmark. */
export const evaluationSummary = z
  .object({
    dataset: z.string(),
    split,
    samples: z.number(),
    /** Equal for scores on the same images. */
    images: z.string(),
    accuracy: z.number(),
    accuracyInterval: z.tuple([z.number(), z.number()]).readonly(),
    avgLoss: z.number(),
    samplesPerSecond: z.number(),
    totalParams: z.number(),
    nonzeroParams: z.number(),
    sparsity: z.number(),
  })
  .readonly()
export type EvaluationSummary = z.infer<typeof evaluationSummary>

export const versionSummary = z
  .object({
    version,
    /** The latest on each selection of images, newest first. */
    evaluations: z.array(evaluationSummary).readonly(),
    /** The latest per session, batch size, thread count and device, newest first. */
    benchmarks: z.array(benchmark).readonly(),
  })
  .readonly()
