import { reshape, sum, tile } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { defineOperator } from './operator'
import type { NodeContext } from './operator'

/** Repeats along every axis, a constant number of times (ONNX Tile-13). */
export const tileOperator = defineOperator({
  id: 'Tile',
  needs: 2,
  attributes: z.object({}),
  layout: 'plain',
  quantization: 'float',
  channels: 'mixed',
  mover: true,
  repeatsInput: 1,
  precision: 'follow',
  shape: (context) => [context.shapes[0].map((dim, axis) => dim * (repeatsOf(context)[axis] ?? 1))],
  forward: (context) => [tile(context.inputs[0], repeatsOf(context))],
  gradientReads: {},
  gradient: (context) => {
    const repeats = repeatsOf(context)
    const parts = context.shapes[0].flatMap((dim, axis) => [repeats[axis] ?? 1, dim])
    return [
      sum(
        reshape(context.dOutputs[0], parts),
        context.shapes[0].map((_, axis) => 2 * axis),
      ),
    ]
  },
})

function repeatsOf({ node, constant }: NodeContext<unknown, 2>): number[] {
  const repeats = constant(1)
  if (repeats) return [...repeats.data]
  throw new NNOptError('unsupported', `node '${node.name}' (Tile): expected constant repeats, got computed ones`, {
    node: node.name,
  })
}
