import type { Tensor } from '@tensorflow/tfjs-core'
import { add } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { broadcastShape, sumToShape } from './broadcast'
import { defineOperator } from './operator'

export const addOperator = defineOperator({
  id: 'Add',
  attributes: z.object({}),
  layout: 'follow',
  quantization: 'arithmetic',
  channels: 'elementwise',
  homogeneous: true,
  transparent: true,
  manyOperands: true,
  precision: 'follow',
  shape: ({ node, shapes }) => [broadcastShape(node, shapes[0], shapes[1])],
  forward: ({ inputs }) => [add(inputs[0] as Tensor, inputs[1] as Tensor)],
  gradientReads: { inputs: [] },
  gradient: ({ dOutputs, physicalShapes, wants }) =>
    [0, 1].map((index) => (wants(index) ? sumToShape(dOutputs[0] as Tensor, physicalShapes[index]) : undefined)),
})
