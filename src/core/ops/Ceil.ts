import { ceil, zerosLike } from '@tensorflow/tfjs-core'
import { definePointwise } from './pointwise'

/** The next integer up (ONNX Ceil-13); its gradient is zero. */
export const ceilOperator = definePointwise({
  id: 'Ceil',
  quantization: 'float',
  reads: 'output',
  forward: (x) => ceil(x),
  gradient: (dy) => zerosLike(dy),
  scalar: () => Math.ceil,
})
