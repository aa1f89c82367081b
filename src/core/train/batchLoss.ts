import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core'
import { mul, tensor2d, tidy } from '@tensorflow/tfjs-core'
import type { LossValue } from '../execute/executor'
import type { TrainConfig } from './config'
import type { ImageBatch } from './imageBatch'
import { smoothLabels } from './labels'
import { crossEntropy, distilledCrossEntropy } from './loss'
import { scaleOf } from './lossScale'
import type { Teacher } from './teacher'

/** The loss of a batch against its labels, and against a teacher's scores where there is one; its gradient times the loss scale. */
export function batchLoss(
  logits: Tensor2D,
  batch: ImageBatch,
  config: TrainConfig,
  { teacher, lossScale }: { readonly teacher: Teacher | undefined; readonly lossScale: Tensor1D | undefined },
): LossValue {
  const [count, classes] = logits.shape
  const targets = tensor2d(smoothLabels(batch.labels, classes, config.labelSmoothing), [count, classes])
  try {
    return scaled(lossOf(logits, targets, batch, teacher, config), lossScale)
  } finally {
    targets.dispose()
  }
}

function lossOf(
  logits: Tensor2D,
  targets: Tensor2D,
  batch: ImageBatch,
  teacher: Teacher | undefined,
  { distillWeight, distillTemperature }: TrainConfig,
): LossValue {
  if (!teacher) return crossEntropy(logits, targets)
  const scores = teacher.logits(batch)
  try {
    const shares = { weight: distillWeight, temperature: distillTemperature }
    return distilledCrossEntropy(logits, targets, scores, shares)
  } finally {
    scores.dispose()
  }
}

/** The gradients of the loss times its scale; the loss itself stays as it is. */
function scaled(value: LossValue, lossScale: Tensor1D | undefined): LossValue {
  if (!lossScale) return value
  try {
    const dLogits = tidy(() => mul(value.dLogits, scaleOf(lossScale)) as Tensor2D)
    return { ...value, dLogits }
  } catch (error) {
    value.loss.dispose()
    throw error
  } finally {
    value.dLogits.dispose()
  }
}
