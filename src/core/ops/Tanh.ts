import { mul, square, sub, tanh } from '@tensorflow/tfjs-core'
import { definePointwise } from './pointwise'

export const tanhOperator = definePointwise({
  id: 'Tanh',
  quantization: 'float',
  reads: 'output',
  forward: (x) => tanh(x),
  gradient: (dy, y) => mul(dy, sub(1, square(y))),
})
