import { round, zerosLike } from '@tensorflow/tfjs-core'
import { roundHalfToEven } from '../fakeQuant/round'
import { definePointwise } from './pointwise'

/** The nearest integer, halves to even (ONNX Round-11); its gradient is zero. */
export const roundOperator = definePointwise({
  id: 'Round',
  quantization: 'float',
  reads: 'output',
  forward: (x) => round(x),
  gradient: (dy) => zerosLike(dy),
  scalar: () => roundHalfToEven,
})
