import { gather, reshape, scatterND, tensor1d, tensor2d } from '@tensorflow/tfjs-core'
import type { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { sizeOf } from '../graph/tensorData'
import { defineOperator } from './operator'
import type { NodeContext, Operator, Shape } from './operator'

/** What a constant choice of elements makes: the shape, and the place of each element in the row-major input. */
interface Chosen {
  readonly shape: Shape
  readonly offsets: readonly number[]
}

/** An operator that picks single elements or slices by constant indices: one gather from the flat input. */
export function defineGathering<A>(
  id: string,
  attributes: z.ZodType<A>,
  choose: (context: NodeContext<A, 2>, indices: readonly number[]) => Chosen,
): Operator {
  const chosen = (context: NodeContext<A, 2>): Chosen => choose(context, indicesOf(context))
  return defineOperator<A, 2>({
    id,
    needs: 2,
    attributes,
    layout: 'plain',
    quantization: 'float',
    channels: 'mixed',
    mover: true,
    shape: (context) => [chosen(context).shape],
    forward: (context) => {
      const flat = reshape(context.inputs[0], [-1])
      return [reshape(gather(flat, tensor1d([...chosen(context).offsets], 'int32')), [...context.outputShapes[0]])]
    },
    gradientReads: {},
    gradient: (context) => {
      const [size, { offsets }] = [sizeOf(context.shapes[0]), chosen(context)]
      const places = tensor2d([...offsets], [offsets.length, 1], 'int32')
      return [reshape(scatterND(places, reshape(context.dOutputs[0], [-1]), [size]), [...context.shapes[0]])]
    },
  })
}

function indicesOf({ node, constant }: Pick<NodeContext<unknown>, 'node' | 'constant'>): readonly number[] {
  const indices = constant(1)
  if (indices) return [...indices.data]
  throw new NNOptError(
    'unsupported',
    `node '${node.name}' (${node.op}): expected constant indices, got computed ones`,
    {
      node: node.name,
    },
  )
}
