import { sign, zerosLike } from '@tensorflow/tfjs-core'
import { definePointwise } from './pointwise'

/** −1, 0 or 1 (ONNX Sign-13); its gradient is zero. */
export const signOperator = definePointwise({
  id: 'Sign',
  quantization: 'float',
  reads: 'output',
  forward: (x) => sign(x),
  gradient: (dy) => zerosLike(dy),
  scalar: () => Math.sign,
})
