import { div, mul, sqrt, square, sum } from '@tensorflow/tfjs-core'
import { defineReduction } from './reduction'

/** Euclidean norm over axes (ONNX ReduceL2-13). */
export const reduceL2Operator = defineReduction({
  id: 'ReduceL2',
  homogeneous: true,
  forward: (x, axes, keepDims) => sqrt(sum(square(x), axes, keepDims)),
  reads: 'both',
  gradient: ({ dy, x, y }) => mul(div(x, y), dy),
})
