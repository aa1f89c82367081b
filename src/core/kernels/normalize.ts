import type { Tensor } from '@tensorflow/tfjs-core'
import { add, mean, mul, rsqrt, square, sub } from '@tensorflow/tfjs-core'

/** `normal` has mean 0 and variance 1 along the axes, `inverse` is 1 / √(variance + ε) with those axes as 1. */
interface Normalized {
  readonly normal: Tensor
  readonly inverse: Tensor
}

export function normalize(x: Tensor, axes: number[], epsilon: number): Normalized {
  const centred = sub(x, mean(x, axes, true))
  const inverse = rsqrt(add(mean(square(centred), axes, true), epsilon))
  return { normal: mul(centred, inverse), inverse }
}

/** dL/dx from dL/dnormal (Ioffe and Szegedy, 2015, section 3). */
export const normalizeGradient = (dNormal: Tensor, { normal, inverse }: Normalized, axes: number[]): Tensor =>
  mul(inverse, sub(sub(dNormal, mean(dNormal, axes, true)), mul(normal, mean(mul(dNormal, normal), axes, true))))
