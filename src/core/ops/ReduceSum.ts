import { sum } from '@tensorflow/tfjs-core'
import { defineReduction } from './reduction'

/** Sum over axes, which are a constant input (ONNX ReduceSum-13). */
export const reduceSumOperator = defineReduction({
  id: 'ReduceSum',
  homogeneous: true,
  forward: sum,
  reads: 'nothing',
  gradient: ({ dy }) => dy,
})
