import { div, mul, neg } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { broadcastShape, sumToShape } from './broadcast'
import { defineOperator } from './operator'

export const divOperator = defineOperator({
  id: 'Div',
  needs: 2,
  attributes: z.object({}),
  layout: 'follow',
  quantization: 'float',
  channels: 'elementwise',
  shape: ({ node, shapes }) => [broadcastShape(node, shapes[0], shapes[1])],
  forward: ({ inputs }) => [div(inputs[0], inputs[1])],
  gradientReads: { inputs: [1], outputs: [0] },
  gradient: ({ dOutputs, inputs, outputs, physicalShapes, wants }) => {
    const quotient = div(dOutputs[0], inputs[1])
    return [
      wants(0) ? sumToShape(quotient, physicalShapes[0]) : undefined,
      wants(1) ? sumToShape(neg(mul(quotient, outputs[0])), physicalShapes[1]) : undefined,
    ]
  },
})
