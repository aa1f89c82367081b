import type { Tensor } from '@tensorflow/tfjs-core'
import { NNOptError } from '../../shared/errors'
import type { HalfType } from './precision'
import { runNativeSingle } from './native'

/**
 * x in half precision. tfjs has no such type: the tensor says float32, its numbers lie on the device in 16 bits, and reading it gives floats.
 * Throws `unsupported` where the backend computes in fp32 only.
 */
export function toHalf(x: Tensor, type: HalfType): Tensor {
  return runNativeSingle('toHalf', { x }, { type }) ?? unsupported(type)
}

/** x in fp32. */
export function toFloat(x: Tensor): Tensor {
  return runNativeSingle('toFloat', { x }) ?? unsupported('half precision')
}

function unsupported(type: string): never {
  throw new NNOptError('unsupported', `this backend cannot compute in ${type}: expected precision fp32 or auto`)
}
