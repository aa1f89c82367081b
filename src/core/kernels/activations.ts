import {
  cast,
  logicalAnd,
  greater,
  less,
  mul,
  relu as tfRelu,
  relu6 as tfRelu6,
  tidy,
  type Tensor,
} from '@tensorflow/tfjs-core'
import { runNativeSingle } from './native'

const RELU6_CEILING = 6

/** An activation that a kernel before it can compute with its own output. */
export type FusedActivation = 'none' | 'relu' | 'relu6'

/** The activation of x; x itself for 'none'. */
export function activate(x: Tensor, activation: FusedActivation): Tensor {
  if (activation === 'none') return x
  return activation === 'relu' ? relu(x) : relu6(x)
}

/** Gradient of activate from its output y; dy itself for 'none'. */
export function activationGradient(dy: Tensor, y: Tensor, activation: FusedActivation): Tensor {
  if (activation === 'none') return dy
  return activation === 'relu' ? reluGradient(dy, y) : relu6Gradient(dy, y)
}

/** max(x, 0); any shape. */
export function relu(x: Tensor): Tensor {
  return runNativeSingle('relu', { x }) ?? tfRelu(x)
}

/** min(max(x, 0), 6); any shape. */
export function relu6(x: Tensor): Tensor {
  return runNativeSingle('relu6', { x }) ?? tfRelu6(x)
}

/** Gradient of relu from its OUTPUT y: dy where y > 0, else 0. */
export function reluGradient(dy: Tensor, y: Tensor): Tensor {
  return runNativeSingle('reluGradient', { dy, y }) ?? tidy(() => mul(dy, cast(greater(y, 0), dy.dtype)))
}

/** Gradient of relu6 from its OUTPUT y: dy where 0 < y < 6, else 0. */
export function relu6Gradient(dy: Tensor, y: Tensor): Tensor {
  return (
    runNativeSingle('relu6Gradient', { dy, y }) ??
    tidy(() => mul(dy, cast(logicalAnd(greater(y, 0), less(y, RELU6_CEILING)), dy.dtype)))
  )
}
