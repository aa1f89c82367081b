import {
  exp,
  logSumExp,
  mul,
  neg,
  sub,
  sum,
  tidy,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core'
import { runNative } from './native'

export interface CrossEntropy {
  /** Loss of each sample, [n], in nats. */
  readonly loss: Tensor1D
  /** d loss_i / d logits, [n, c]: softmax(logits) − labels. */
  readonly gradient: Tensor2D
}

/** Cross entropy of softmax(logits [n, c]) against a distribution labels [n, c] whose rows sum to 1. */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor): CrossEntropy {
  const [loss, gradient] = runNative('softmaxCrossEntropy', { logits, labels }) ?? reference(logits, labels)
  return { loss: loss as Tensor1D, gradient: gradient as Tensor2D }
}

function reference(logits: Tensor, labels: Tensor): Tensor[] {
  return tidy(() => {
    const logProbabilities = sub(logits, logSumExp(logits, 1, true))
    return [neg(sum(mul(labels, logProbabilities), 1)), sub(exp(logProbabilities), labels)]
  })
}
