import type { Tensor } from '@tensorflow/tfjs-core'
import { mul } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { broadcastShape, sumToShape } from './broadcast'
import { defineOperator } from './operator'

export const mulOperator = defineOperator({
  id: 'Mul',
  needs: 2,
  attributes: z.object({}),
  layout: 'follow',
  quantization: 'arithmetic',
  channels: 'elementwise',
  transparent: true,
  manyOperands: true,
  precision: 'follow',
  shape: ({ node, shapes }) => [broadcastShape(node, shapes[0], shapes[1])],
  forward: ({ inputs }) => [mul(inputs[0], inputs[1])],
  gradientReads: { inputs: [0, 1] },
  gradient: ({ dOutputs, inputs, physicalShapes, wants }) =>
    [0, 1].map((index) =>
      wants(index) ? sumToShape(mul(dOutputs[0], inputs[1 - index] as Tensor), physicalShapes[index]!) : undefined,
    ),
})
