import type { Tensor } from '@tensorflow/tfjs-core'
import { cast, zerosLike } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { broadcastShape } from './broadcast'
import { operand } from './operand'
import { defineOperator } from './operator'
import type { Operator } from './operator'

/** An operator that compares two tensors element by element: 1 where it holds, else 0. Its gradient is zero. */
export function defineComparison(id: string, compare: (a: Tensor, b: Tensor) => Tensor): Operator {
  return defineOperator({
    id,
    needs: 2,
    attributes: z.object({}),
    layout: 'plain',
    quantization: 'float',
    channels: 'mixed',
    writesIntegers: true,
    manyOperands: true,
    shape: ({ node, shapes }) => [broadcastShape(node, shapes[0], shapes[1])],
    forward: (context) => [cast(compare(operand(context, 0, 'float32'), operand(context, 1, 'float32')), 'float32')],
    gradient: ({ inputs }) => inputs.map((input) => input && zerosLike(input)),
  })
}
