import { mul, sigmoid, softplus } from '@tensorflow/tfjs-core'
import { definePointwise } from './pointwise'

/** ln(1 + eˣ) (ONNX Softplus-1). */
export const softplusOperator = definePointwise({
  id: 'Softplus',
  quantization: 'float',
  reads: 'input',
  forward: (x) => softplus(x),
  gradient: (dy, x) => mul(dy, sigmoid(x)),
  scalar: () => (x) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(0, x),
})
