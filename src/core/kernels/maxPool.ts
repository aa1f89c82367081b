import type { Tensor } from '@tensorflow/tfjs-core'
import { engine } from '@tensorflow/tfjs-core'

/** Gradient of an unpadded max pooling: dy goes to the first maximum of each window. x [n, h, w, c] → dx of the same shape. */
export function maxPoolGradient(
  dy: Tensor,
  x: Tensor,
  y: Tensor,
  kernel: readonly number[],
  strides: readonly number[],
): Tensor {
  return engine().runKernel(
    'MaxPoolGrad',
    { dy, input: x, output: y },
    { filterSize: [...kernel], strides: [...strides], pad: 'valid' },
  )
}
