import type { Tensor } from '@tensorflow/tfjs-core'
import { addN, concat, gather, reshape, slice, tensor1d, zeros } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { defineOperator } from './operator'
import type { NodeContext, Shape } from './operator'

const gatherAttributes = z.object({ axis: z.number().int().default(0) })

type Context = NodeContext<z.output<typeof gatherAttributes>, 2>

/** Picks slices along an axis by constant indices; a single index drops the axis (ONNX Gather-13). */
export const gatherOperator = defineOperator({
  id: 'Gather',
  needs: 2,
  attributes: gatherAttributes,
  // Only a list of indices leaves the rank as it is.
  layout: (context) => (context.shapes[1].length === 1 ? 'follow' : 'plain'),
  quantization: 'passthrough',
  channels: 'gather',
  mover: true,
  precision: 'follow',
  shape: (context) => {
    const [x, indices] = context.shapes
    assertInside(context)
    return [[...x.slice(0, axisOf(context)), ...indices, ...x.slice(axisOf(context) + 1)]]
  },
  forward: (context) => {
    const axis = context.axisOf(axisOf(context), context.shapes[0].length)
    const picked = gather(context.inputs[0], tensor1d([...gatheredIndices(context)], 'int32'), axis)
    return [context.shapes[1].length === 1 ? picked : reshape(picked, [...context.outputShapes[0]])]
  },
  gradientReads: {},
  gradient: (context) => {
    const axis = context.axisOf(axisOf(context), context.shapes[0].length)
    const shape = context.physicalShapes[0]
    const indices = gatheredIndices(context)
    const dy = reshape(
      context.dOutputs[0],
      shape.map((dim, at) => (at === axis ? indices.length : dim)),
    )
    if (new Set(indices).size === indices.length) return [pickedBack(dy, axis, indices, shape[axis]!)]
    return [
      concat(
        Array.from({ length: shape[axis]! }, (_, index) => sumOfPicks(dy, axis, positionsOf(indices, index))),
        axis,
      ),
    ]
  },
})

const axisOf = ({ attributes, shapes }: Context): number =>
  attributes.axis < 0 ? attributes.axis + shapes[0].length : attributes.axis

const positionsOf = (indices: readonly number[], index: number): readonly number[] =>
  indices.flatMap((each, position) => (each === index ? position : []))

/** The indices, counted from the front. */
export function gatheredIndices(context: Context): readonly number[] {
  const size = context.shapes[0][axisOf(context)]!
  return Array.from(context.constant(1)?.data ?? [], (index) => (index < 0 ? index + size : index))
}

function assertInside(context: Context): void {
  const { node, shapes, constant } = context
  const indices = constant(1)
  if (!indices)
    throw new NNOptError('unsupported', `node '${node.name}' (Gather): expected constant indices, got computed ones`, {
      node: node.name,
    })
  const size = shapes[0][axisOf(context)]!
  const outside = indices.data.find((index) => index < -size || index >= size)
  if (outside !== undefined)
    throw new NNOptError(
      'badInput',
      `node '${node.name}' (Gather): index ${outside} is outside [${shapes[0].join(', ')}] along axis ${axisOf(context)}`,
      { node: node.name },
    )
}

/** The gradient where no slice is picked twice, such as of a shuffle: one gather the other way, from dy with a slice of zeros behind it for what was not picked. */
function pickedBack(dy: Tensor, axis: number, indices: readonly number[], size: number): Tensor {
  const nothing = zeros(dy.shape.map((dim, at) => (at === axis ? 1 : dim)))
  const positions = new Array<number>(size).fill(indices.length)
  indices.forEach((index, position) => (positions[index] = position))
  return gather(concat([dy, nothing], axis), tensor1d(positions, 'int32'), axis)
}

/** The sum of the slices of dy at some positions along an axis; zeros for none. */
function sumOfPicks(dy: Tensor, axis: number, positions: readonly number[]): Tensor {
  const size: Shape = dy.shape.map((dim, at) => (at === axis ? 1 : dim))
  if (positions.length === 0) return zeros([...size])
  return addN(
    positions.map((position) =>
      slice(
        dy,
        dy.shape.map((_, at) => (at === axis ? position : 0)),
        [...size],
      ),
    ),
  )
}
