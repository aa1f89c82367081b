import { div, mul, sqrt } from '@tensorflow/tfjs-core'
import { definePointwise } from './pointwise'

/** √x (ONNX Sqrt-13). */
export const sqrtOperator = definePointwise({
  id: 'Sqrt',
  quantization: 'float',
  reads: 'output',
  forward: (x) => sqrt(x),
  gradient: (dy, y) => div(dy, mul(y, 2)),
  scalar: () => Math.sqrt,
})
