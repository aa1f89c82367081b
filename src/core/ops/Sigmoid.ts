import { mul, sigmoid, sub } from '@tensorflow/tfjs-core'
import { definePointwise } from './pointwise'

export const sigmoidOperator = definePointwise({
  id: 'Sigmoid',
  quantization: 'arithmetic',
  reads: 'output',
  forward: (x) => sigmoid(x),
  gradient: (dy, y) => mul(dy, mul(y, sub(1, y))),
})
