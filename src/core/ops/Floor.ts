import { floor, zerosLike } from '@tensorflow/tfjs-core'
import { definePointwise } from './pointwise'

/** The next integer down (ONNX Floor-13); its gradient is zero. */
export const floorOperator = definePointwise({
  id: 'Floor',
  quantization: 'float',
  reads: 'output',
  forward: (x) => floor(x),
  gradient: (dy) => zerosLike(dy),
  scalar: () => Math.floor,
})
