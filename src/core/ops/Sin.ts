import { cos, mul, sin } from '@tensorflow/tfjs-core'
import { definePointwise } from './pointwise'

/** Sine of radians (ONNX Sin-7). */
export const sinOperator = definePointwise({
  id: 'Sin',
  quantization: 'float',
  reads: 'input',
  forward: (x) => sin(x),
  gradient: (dy, x) => mul(dy, cos(x)),
  scalar: () => Math.sin,
})
