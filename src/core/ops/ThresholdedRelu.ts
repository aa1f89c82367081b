import { cast, greater, mul } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { definePointwise } from './pointwise'

/** x above α, zero elsewhere (ONNX ThresholdedRelu-10). */
export const thresholdedReluOperator = definePointwise({
  id: 'ThresholdedRelu',
  attributes: z.object({ alpha: z.number().default(1) }),
  quantization: 'float',
  reads: 'input',
  forward: (x, { alpha }) => mul(x, cast(greater(x, alpha), 'float32')),
  gradient: (dy, x, { alpha }) => mul(dy, cast(greater(x, alpha), 'float32')),
  scalar:
    ({ alpha }) =>
    (x) =>
      x > alpha ? x : 0,
})
