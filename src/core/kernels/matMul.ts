import { matMul as tfMatMul, type Tensor } from '@tensorflow/tfjs-core'
import { runNativeSingle } from './native'

/** a [..., m, k] · b [..., k, n] → [..., m, n], the last axes of each swapped first where asked. Backends have kernels of their own for two matrices. */
export function matMul(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  const native = a.rank === 2 && b.rank === 2 && runNativeSingle('matMul', { a, b }, { transposeA, transposeB })
  return native || tfMatMul(a, b, transposeA, transposeB)
}
