import { cast, max, mul, equal } from '@tensorflow/tfjs-core'
import { defineReduction } from './reduction'

/** Largest element over axes (ONNX ReduceMax-13); elements that share it all receive the gradient. */
export const reduceMaxOperator = defineReduction({
  id: 'ReduceMax',
  homogeneous: true,
  forward: max,
  reads: 'both',
  gradient: ({ dy, x, y }) => mul(cast(equal(x, y), 'float32'), dy),
})
