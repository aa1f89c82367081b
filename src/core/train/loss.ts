import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import { add, div, log, mean, mul, neg, softmax, sub, sum, tidy } from '@tensorflow/tfjs-core'
import type { LossValue } from '../execute/executor'
import { softmaxCrossEntropy } from '../kernels/softmaxCrossEntropy'

/** How a loss is divided between the labels and a teacher's scores. */
export interface Distillation {
  readonly weight: number
  readonly temperature: number
}

/** Mean cross entropy over the batch and its gradient by the logits, both [n, c]. */
export function crossEntropy(logits: Tensor2D, targets: Tensor2D): LossValue {
  const [loss, dLogits] = tidy(() => {
    const each = softmaxCrossEntropy(logits, targets)
    return [mean(each.loss), div(each.gradient, logits.shape[0])]
  }) as [Tensor, Tensor2D]
  return { loss, dLogits }
}

/**
 * (1 − w) · cross entropy with the targets + w · T² · KL(teacher at T ‖ student at T), mean over the batch; all [n, c].
 * T² keeps the teacher's gradients as large as the labels' (Hinton, Vinyals and Dean 2015, section 2).
 */
export function distilledCrossEntropy(
  logits: Tensor2D,
  targets: Tensor2D,
  teacher: Tensor2D,
  { weight, temperature }: Distillation,
): LossValue {
  const [loss, dLogits] = tidy(() => {
    const hard = softmaxCrossEntropy(logits, targets)
    const softTargets = softmax(div(teacher, temperature))
    const soft = softmaxCrossEntropy(div(logits, temperature), softTargets)
    const divergence = sub(soft.loss, entropy(softTargets))
    const loss = mean(add(mul(hard.loss, 1 - weight), mul(divergence, weight * temperature ** 2)))
    const gradient = add(mul(hard.gradient, 1 - weight), mul(soft.gradient, weight * temperature))
    return [loss, div(gradient, logits.shape[0]) as Tensor2D]
  })
  return { loss, dLogits: dLogits as Tensor2D }
}

/** Below this a probability adds nothing to the entropy. */
const leastProbability = 1e-30

/** −Σ p · ln p of each row. */
const entropy = (probabilities: Tensor): Tensor =>
  neg(sum(mul(probabilities, log(add(probabilities, leastProbability))), 1))
