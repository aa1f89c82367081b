import { sum, type Tensor } from '@tensorflow/tfjs-core'
import { runNativeSingle } from './native'

/** Gradient of a bias that was added along the last axis: dy [.., c] → [c]. */
export function biasGradient(dy: Tensor): Tensor {
  return (
    runNativeSingle('biasGradient', { dy }) ??
    sum(
      dy,
      Array.from({ length: dy.rank - 1 }, (_, axis) => axis),
    )
  )
}
