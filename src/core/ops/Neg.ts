import { neg } from '@tensorflow/tfjs-core'
import { definePointwise } from './pointwise'

/** −x (ONNX Neg-13). */
export const negOperator = definePointwise({
  id: 'Neg',
  quantization: 'float',
  homogeneous: true,
  reads: 'output',
  forward: (x) => neg(x),
  gradient: (dy) => neg(dy),
  scalar: () => (x) => -x,
})
