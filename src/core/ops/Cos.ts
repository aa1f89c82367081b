import { cos, mul, neg, sin } from '@tensorflow/tfjs-core'
import { definePointwise } from './pointwise'

/** Cosine of radians (ONNX Cos-7). */
export const cosOperator = definePointwise({
  id: 'Cos',
  quantization: 'float',
  reads: 'input',
  forward: (x) => cos(x),
  gradient: (dy, x) => neg(mul(dy, sin(x))),
  scalar: () => Math.cos,
})
