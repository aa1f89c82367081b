import { transpose } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { defineOperator } from './operator'
import type { NodeContext } from './operator'

const transposeAttributes = z.object({ perm: z.array(z.number().int()).optional() })

/** Permutes the axes; reverses them when no order is given. */
export const transposeOperator = defineOperator({
  id: 'Transpose',
  attributes: transposeAttributes,
  layout: 'plain',
  quantization: 'passthrough',
  channels: 'transpose',
  mover: true,
  precision: 'follow',
  shape: (context) => [permutation(context).map((axis) => context.shapes[0][axis]!)],
  forward: (context) => [transpose(context.inputs[0], permutation(context))],
  gradientReads: {},
  gradient: (context) => {
    const order = permutation(context)
    return [
      transpose(
        context.dOutputs[0],
        order.map((_, axis) => order.indexOf(axis)),
      ),
    ]
  },
})

const permutation = ({ attributes, shapes }: NodeContext<z.output<typeof transposeAttributes>>): number[] => [
  ...(attributes.perm ?? shapes[0].map((_, axis) => shapes[0].length - 1 - axis)),
]
