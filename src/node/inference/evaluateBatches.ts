import { atLeast } from '../../shared/atLeast'
import { NNOptError } from '../../shared/errors'
import { createClassificationCounter } from '../../core/measure/classification'
import type { ClassificationScore, ScoreKind } from '../../core/measure/classification'
import type { SkippedSample } from '../../core/measure/skippedSample'
import type { InferenceWorker } from './inferenceWorker'

/** Preprocessed images [N, C, H, W] with their classes. */
export interface LabelledBatch {
  readonly images: Float32Array
  readonly labels: Int32Array
  readonly unreadable: readonly SkippedSample[]
}

export interface BatchEvaluation {
  readonly score: ClassificationScore
  readonly predictions: Int32Array
  readonly labels: Int32Array
  readonly skipped: readonly SkippedSample[]
  /** Timed batches and samples, and the runtime's time for them. */
  readonly timed: { readonly batches: number; readonly samples: number; readonly totalMs: number }
}

export interface EvaluateBatchesOptions {
  readonly classes: readonly string[]
  readonly kind: ScoreKind
  /** Shape of one image: [C, H, W]. */
  readonly imageShape: readonly number[]
  readonly onProgress?: (samples: number) => void
  readonly signal?: AbortSignal
}

/**
 * Runs before timing starts, so that caches, memory pools and clock rates settle. The same number as in the reference
 * notebook.
 */
export const warmupBatches = 5

/** A model's scores for some images. */
export interface ScoredBatch {
  /** [images, classes], row-major; null if no image was readable. */
  readonly scores: Float32Array | null
  readonly labels: Int32Array
  readonly unreadable: readonly SkippedSample[]
  readonly runMs: number
}

/**
 * Evaluates a model on batches. A batch is prepared while the runtime is idle, and none while it runs, so that decoding
 * does not slow the timed runs. Throws `badInput` if the model has another number of classes, and `cancelled` on abort.
 */
export function evaluateBatches(
  worker: InferenceWorker,
  batches: AsyncIterable<LabelledBatch>,
  options: EvaluateBatchesOptions,
): Promise<BatchEvaluation> {
  return scoreBatches(answers(worker, batches, options.imageShape), options)
}

async function* answers(
  worker: InferenceWorker,
  batches: AsyncIterable<LabelledBatch>,
  imageShape: readonly number[],
): AsyncGenerator<ScoredBatch> {
  const [outputName] = atLeast(
    1,
    worker.outputs.map(({ name }) => name),
  )
  let warm = false
  for await (const { images, labels, unreadable } of batches) {
    if (labels.length === 0) {
      yield { scores: null, labels, unreadable, runMs: 0 }
      continue
    }
    const shape = [labels.length, ...imageShape]
    if (!warm) await worker.time({ images, shape }, warmupBatches)
    warm = true
    const { outputs, runMs } = await worker.run(images, shape)
    yield { scores: outputs[outputName]!.data, labels, unreadable, runMs }
  }
}

/** Counts a model's predictions. Throws `badInput` if it has another number of classes, and `cancelled` on abort. */
export async function scoreBatches(
  batches: AsyncIterable<ScoredBatch>,
  { classes, kind, onProgress, signal }: Omit<EvaluateBatchesOptions, 'imageShape'>,
): Promise<BatchEvaluation> {
  const counter = createClassificationCounter(classes, kind)
  const [predictions, right, skipped]: [number[], number[], SkippedSample[]] = [[], [], []]
  const timed = { batches: 0, samples: 0, totalMs: 0 }
  for await (const { scores, labels, unreadable, runMs } of batches) {
    if (signal?.aborted) throw new NNOptError('cancelled', 'evaluation stopped on request')
    skipped.push(...unreadable)
    if (scores === null) continue
    assertClasses(scores.length, labels.length, classes)
    predictions.push(...counter.add(scores, labels))
    right.push(...labels)
    timed.batches++
    timed.samples += labels.length
    timed.totalMs += runMs
    onProgress?.(timed.samples + skipped.length)
  }
  return {
    score: counter.score(),
    predictions: Int32Array.from(predictions),
    labels: Int32Array.from(right),
    skipped,
    timed,
  }
}

function assertClasses(scores: number, samples: number, classes: readonly string[]): void {
  if (scores === samples * classes.length) return
  throw new NNOptError(
    'badInput',
    `the model outputs ${scores / samples} scores per image, but the dataset has ${classes.length} classes (${classes.slice(0, 5).join(', ')}${classes.length > 5 ? ', …' : ''}): expected the same number`,
  )
}
