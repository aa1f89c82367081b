import { mul, neg, reciprocal, square } from '@tensorflow/tfjs-core'
import { definePointwise } from './pointwise'

/** 1 / x (ONNX Reciprocal-13). */
export const reciprocalOperator = definePointwise({
  id: 'Reciprocal',
  quantization: 'float',
  reads: 'output',
  forward: (x) => reciprocal(x),
  gradient: (dy, y) => neg(mul(dy, square(y))),
  scalar: () => (x) => 1 / x,
})
