import type { WasmKernel } from './kernel'
import { atLeast } from '../../../../shared/atLeast'

/**
 * Loss [n] and gradient [n, c] of softmax(logits [n, c]) against label distributions [n, c]; sums in double precision.
 */
export const softmaxCrossEntropy: WasmKernel = ({ inputs: { logits, labels }, heap }) => {
  const [samples, classes] = atLeast(2, logits.shape)
  const outputs = [heap.allocate([samples]), heap.allocate([samples, classes])]
  const [scores, targets, losses, gradients] = atLeast(4, [logits, labels, ...outputs].map(heap.view))
  for (let sample = 0; sample < samples; sample++) {
    const [start, end] = [sample * classes, (sample + 1) * classes]
    const highest = scores
      .subarray(start, end)
      .reduce((most, score) => (score > most || Number.isNaN(score) ? score : most), -Infinity)
    let total = 0
    for (let index = start; index < end; index++) total += Math.exp(scores[index]! - highest)
    const logTotal = highest + Math.log(total)
    let loss = 0
    for (let index = start; index < end; index++) {
      const logProbability = scores[index]! - logTotal
      // 0 · −∞ counts as 0: a class without a share adds nothing.
      if (targets[index] !== 0) loss -= targets[index]! * logProbability
      gradients[index] = Math.exp(logProbability) - targets[index]!
    }
    losses[sample] = loss
  }
  return outputs
}
