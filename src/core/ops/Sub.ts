import { neg, sub } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { broadcastShape, sumToShape } from './broadcast'
import { defineOperator } from './operator'

export const subOperator = defineOperator({
  id: 'Sub',
  needs: 2,
  attributes: z.object({}),
  layout: 'follow',
  quantization: 'float',
  channels: 'elementwise',
  homogeneous: true,
  transparent: true,
  shape: ({ node, shapes }) => [broadcastShape(node, shapes[0], shapes[1])],
  forward: ({ inputs }) => [sub(inputs[0], inputs[1])],
  gradientReads: {},
  gradient: ({ dOutputs, physicalShapes, wants }) => {
    const dy = dOutputs[0]
    return [
      wants(0) ? sumToShape(dy, physicalShapes[0]) : undefined,
      wants(1) ? sumToShape(neg(dy), physicalShapes[1]) : undefined,
    ]
  },
})
