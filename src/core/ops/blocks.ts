import { reshape, transpose } from '@tensorflow/tfjs-core'
import type { z } from 'zod'
import { defineOperator } from './operator'
import type { NodeContext, Operator, Shape } from './operator'

/** A reshape, a permutation of axes, and a reshape. */
interface Blocks {
  readonly split: Shape
  readonly order: readonly number[]
  readonly output: Shape
}

/** An operator that moves blocks of positions between the plane and the channels. */
export function defineBlocks<A>(
  id: string,
  attributes: z.ZodType<A>,
  blocks: (context: NodeContext<A>) => Blocks,
): Operator {
  return defineOperator<A>({
    id,
    attributes,
    layout: 'plain',
    quantization: 'passthrough',
    channels: 'mixed',
    mover: true,
    precision: 'follow',
    shape: (context) => [blocks(context).output],
    forward: (context) => {
      const { split, order, output } = blocks(context)
      return [reshape(transpose(reshape(context.inputs[0], [...split]), [...order]), [...output])]
    },
    gradientReads: {},
    gradient: (context) => {
      const { split, order } = blocks(context)
      const moved = reshape(
        context.dOutputs[0],
        order.map((axis) => split[axis] ?? 1),
      )
      const back = order.map((_, axis) => order.indexOf(axis))
      return [reshape(transpose(moved, back), [...context.shapes[0]])]
    },
  })
}
