import { matMul as tfMatMul, type Tensor } from '@tensorflow/tfjs-core'
import { runNativeSingle } from './native'

/** a [m, k] · b [k, n] → [m, n], each transposed first where asked. */
export function matMul(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  return runNativeSingle('matMul', { a, b }, { transposeA, transposeB }) ?? tfMatMul(a, b, transposeA, transposeB)
}
