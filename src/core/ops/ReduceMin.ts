import { cast, min, mul, equal } from '@tensorflow/tfjs-core'
import { defineReduction } from './reduction'

/** Smallest element over axes (ONNX ReduceMin-13); elements that share it all receive the gradient. */
export const reduceMinOperator = defineReduction({
  id: 'ReduceMin',
  homogeneous: true,
  forward: min,
  reads: 'both',
  gradient: ({ dy, x, y }) => mul(cast(equal(x, y), 'float32'), dy),
})
