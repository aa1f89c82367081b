import type { Tensor } from '@tensorflow/tfjs-core'
import { cast, equal, mul } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { broadcastShape, sumToShape } from './broadcast'
import { defineOperator } from './operator'
import type { Operator } from './operator'

/** The largest or smallest of several tensors, element by element; operands that share it all receive the gradient. */
export function defineExtremum(id: string, choose: (a: Tensor, b: Tensor) => Tensor): Operator {
  return defineOperator({
    id,
    attributes: z.object({}),
    layout: 'follow',
    quantization: 'float',
    channels: 'elementwise',
    homogeneous: true,
    transparent: true,
    manyOperands: true,
    shape: ({ node, shapes }) => [shapes.reduce((joined, shape) => broadcastShape(node, joined, shape))],
    forward: ({ inputs }) => {
      const [first, ...rest] = inputs
      return [rest.reduce<Tensor>((chosen, input) => (input ? choose(chosen, input) : chosen), first).clone()]
    },
    gradient: ({ dOutputs, inputs, outputs, physicalShapes, wants }) =>
      inputs.map((input, index) =>
        wants(index)
          ? sumToShape(mul(dOutputs[0], cast(equal(input as Tensor, outputs[0]), 'float32')), physicalShapes[index]!)
          : undefined,
      ),
  })
}
