import { cast, logicalAnd, greater, less, mul, relu as tfRelu, relu6 as tfRelu6, tidy, type Tensor } from '@tensorflow/tfjs-core'
import { runNativeSingle } from './native'

const RELU6_CEILING = 6

/** max(x, 0); any shape. */
export function relu(x: Tensor): Tensor {
  return tfRelu(x)
}

/** min(max(x, 0), 6); any shape. */
export function relu6(x: Tensor): Tensor {
  return tfRelu6(x)
}

/** Gradient of relu from its OUTPUT y: dy where y > 0, else 0. */
export function reluGradient(dy: Tensor, y: Tensor): Tensor {
  return runNativeSingle('reluGradient', { dy, y }) ?? tidy(() => mul(dy, cast(greater(y, 0), dy.dtype)))
}

/** Gradient of relu6 from its OUTPUT y: dy where 0 < y < 6, else 0. */
export function relu6Gradient(dy: Tensor, y: Tensor): Tensor {
  return runNativeSingle('relu6Gradient', { dy, y })
    ?? tidy(() => mul(dy, cast(logicalAnd(greater(y, 0), less(y, RELU6_CEILING)), dy.dtype)))
}
