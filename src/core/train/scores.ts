import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import { argMax, cast, equal, sum, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core'
import { softmaxCrossEntropy } from '../kernels/softmaxCrossEntropy'
import { smoothLabels } from './labels'

/** How many rows of the logits, [n, c], have their largest score at their label: a scalar on the device. */
export function countCorrect(logits: Tensor2D, labels: Int32Array): Tensor {
  return tidy(() => sum(cast(equal(argMax(logits, 1), tensor1d(labels, 'int32')), 'float32')))
}

/** Summed cross entropy and hits of a batch. */
export async function scores(
  logits: Tensor2D,
  labels: Int32Array,
  classes: number,
): Promise<{ readonly loss: number; readonly correct: number }> {
  const [total, correct] = tidy(() => {
    const targets = tensor2d(smoothLabels(labels, classes, 0), [labels.length, classes])
    return [sum(softmaxCrossEntropy(logits, targets).loss), countCorrect(logits, labels)]
  }) as [Tensor, Tensor]
  try {
    const [[loss], [hits]] = await Promise.all([total.data(), correct.data()])
    return { loss: loss!, correct: hits! }
  } finally {
    for (const used of [total, correct]) used.dispose()
  }
}
