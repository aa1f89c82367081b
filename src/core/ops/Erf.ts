import { erf, exp, mul, neg, square } from '@tensorflow/tfjs-core'
import { errorFunction } from './errorFunction'
import { definePointwise } from './pointwise'

/** Error function 2/√π ∫₀ˣ e^(−t²) dt (ONNX Erf-13). */
export const erfOperator = definePointwise({
  id: 'Erf',
  quantization: 'float',
  reads: 'input',
  forward: (x) => erf(x),
  gradient: (dy, x) => mul(dy, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))),
  scalar: () => errorFunction,
})
