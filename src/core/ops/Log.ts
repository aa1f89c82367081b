import { div, log } from '@tensorflow/tfjs-core'
import { definePointwise } from './pointwise'

/** Natural logarithm (ONNX Log-13). */
export const logOperator = definePointwise({
  id: 'Log',
  quantization: 'float',
  reads: 'input',
  forward: (x) => log(x),
  gradient: (dy, x) => div(dy, x),
  scalar: () => Math.log,
})
