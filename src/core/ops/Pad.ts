import type { Tensor } from '@tensorflow/tfjs-core'
import { addN, mirrorPad, pad, reverse, slice } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { defineOperator } from './operator'
import type { NodeContext } from './operator'

const padAttributes = z.object({ mode: z.enum(['constant', 'reflect']).default('constant') })

/** Surrounds a tensor with a constant or its mirror image; constant sizes (ONNX Pad-13). */
export const padOperator = defineOperator({
  id: 'Pad',
  attributes: padAttributes,
  layout: 'follow',
  quantization: 'float',
  channels: 'pad',
  mover: true,
  precision: 'follow',
  shape: (context) => [paddingOf(context).map(([before, after], axis) => context.shapes[0][axis]! + before + after)],
  forward: (context) => {
    const widths = physicalPadding(context, context.axisOf)
    const x = context.inputs[0]
    return [
      context.attributes.mode === 'reflect'
        ? mirrorPad(x, widths, 'reflect')
        : pad(x, widths, context.constant(2)?.data[0] ?? 0),
    ]
  },
  gradientReads: {},
  gradient: (context) => {
    const widths = physicalPadding(context, context.axisOf)
    const dy = context.dOutputs[0]
    if (context.attributes.mode === 'reflect')
      return [widths.reduce((gradient, width, axis) => foldedBack(gradient, axis, width), dy)]
    return [
      slice(
        dy,
        widths.map(([before]) => before),
        [...context.physicalShapes[0]],
      ),
    ]
  },
})

type Widths = [before: number, after: number][]

/** Widths by logical axis; the optional axes input names the axes that `pads` covers. */
export function paddingOf({ node, shapes, constant }: NodeContext<unknown>): Widths {
  const pads = constant(1)
  if (!pads)
    throw new NNOptError('unsupported', `node '${node.name}' (Pad): expected constant widths`, { node: node.name })
  const rank = shapes[0].length
  const axes = [...(constant(3)?.data ?? shapes[0].map((_, axis) => axis))].map((axis) =>
    axis < 0 ? axis + rank : axis,
  )
  const widths: Widths = shapes[0].map(() => [0, 0])
  axes.forEach((axis, index) => (widths[axis] = [pads.data[index]!, pads.data[index + axes.length]!]))
  return widths
}

function physicalPadding(context: NodeContext<unknown>, axisOf: (axis: number, rank: number) => number): Widths {
  const physical: Widths = context.shapes[0].map(() => [0, 0])
  paddingOf(context).forEach((width, axis) => (physical[axisOf(axis, context.shapes[0].length)] = width))
  return physical
}

/** The gradient of a reflection along one axis: what lies outside adds to the elements that it mirrors. */
function foldedBack(dy: Tensor, axis: number, [before, after]: readonly [number, number]): Tensor {
  if (before + after === 0) return dy
  const size = dy.shape[axis]! - before - after
  const part = (begin: number, length: number): Tensor =>
    slice(
      dy,
      dy.shape.map((_, at) => (at === axis ? begin : 0)),
      dy.shape.map((dim, at) => (at === axis ? length : dim)),
    )
  const mirrored = (begin: number, length: number, first: number): Tensor =>
    pad(
      reverse(part(begin, length), axis),
      dy.shape.map((_, at): [number, number] => (at === axis ? [first, size - first - length] : [0, 0])),
    )
  return addN([
    part(before, size),
    ...(before ? [mirrored(0, before, 1)] : []),
    ...(after ? [mirrored(before + size, after, size - 1 - after)] : []),
  ])
}
