import { NNOptError } from '../../shared/errors'
import { createClassificationCounter } from '../../core/measure/classification'
import type { ClassificationScore, ScoreKind } from '../../core/measure/classification'
import type { SkippedSample } from '../../core/measure/evaluation'
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
  /** Batches and samples that were timed, and the runtime's time for them. */
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

/** Runs before timing starts: caches, memory pools and clock rates settle. The notebook that this follows uses as many. */
export const warmupBatches = 5

/**
 * Scores a model on batches. A batch is prepared while the runtime rests and the next one while it works is not, so that decoding does not
 * slow the measured runs. Throws `badInput` where the model has another number of classes, `cancelled` on abort.
 */
export async function evaluateBatches(worker: InferenceWorker, batches: AsyncIterable<LabelledBatch>, { classes, kind, imageShape, onProgress, signal }: EvaluateBatchesOptions): Promise<BatchEvaluation> {
  const counter = createClassificationCounter(classes, kind)
  const [outputName] = worker.outputs.map(({ name }) => name)
  const [predictions, labels, skipped]: [number[], number[], SkippedSample[]] = [[], [], []]
  const timed = { batches: 0, samples: 0, totalMs: 0 }
  let warm = false
  for await (const batch of batches) {
    if (signal?.aborted) throw new NNOptError('cancelled', 'evaluation stopped on request')
    skipped.push(...batch.unreadable)
    if (batch.labels.length === 0) continue
    const shape = [batch.labels.length, ...imageShape]
    if (!warm) await worker.time({ images: batch.images, shape }, warmupBatches)
    warm = true
    const { outputs, runMs } = await worker.run(batch.images, shape)
    const scores = outputs[outputName].data
    assertClasses(scores.length, batch.labels.length, classes)
    predictions.push(...counter.add(scores, batch.labels))
    labels.push(...batch.labels)
    timed.batches++
    timed.samples += batch.labels.length
    timed.totalMs += runMs
    onProgress?.(timed.samples + skipped.length)
  }
  return { score: counter.score(), predictions: Int32Array.from(predictions), labels: Int32Array.from(labels), skipped, timed }
}

function assertClasses(scores: number, samples: number, classes: readonly string[]): void {
  if (scores === samples * classes.length) return
  throw new NNOptError('badInput', `the model gives ${scores / samples} scores an image, the data set has ${classes.length} classes (${classes.slice(0, 5).join(', ')}${classes.length > 5 ? ', …' : ''}): expected the same number`)
}
