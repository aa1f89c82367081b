import { exp, mul } from '@tensorflow/tfjs-core'
import { definePointwise } from './pointwise'

/** eˣ (ONNX Exp-13). */
export const expOperator = definePointwise({
  id: 'Exp',
  quantization: 'float',
  reads: 'output',
  forward: (x) => exp(x),
  gradient: (dy, y) => mul(dy, y),
  scalar: () => Math.exp,
})
