import { abs, mul, sign } from '@tensorflow/tfjs-core'
import { definePointwise } from './pointwise'

/** |x| (ONNX Abs-13). */
export const absOperator = definePointwise({
  id: 'Abs',
  quantization: 'float',
  homogeneous: true,
  reads: 'input',
  forward: (x) => abs(x),
  gradient: (dy, x) => mul(dy, sign(x)),
  scalar: () => Math.abs,
})
