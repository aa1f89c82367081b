import { add } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { broadcastShape, sumToShape } from './broadcast'
import { defineOperator } from './operator'

export const addOperator = defineOperator({
  id: 'Add',
  needs: 2,
  attributes: z.object({}),
  layout: 'follow',
  quantization: 'arithmetic',
  channels: 'elementwise',
  homogeneous: true,
  transparent: true,
  manyOperands: true,
  precision: 'follow',
  shape: ({ node, shapes }) => [broadcastShape(node, shapes[0], shapes[1])],
  forward: ({ inputs }) => [add(inputs[0], inputs[1])],
  gradientReads: { inputs: [] },
  gradient: ({ dOutputs, physicalShapes, wants }) =>
    [0, 1].map((index) => (wants(index) ? sumToShape(dOutputs[0], physicalShapes[index]!) : undefined)),
})
