import { pad, slice, stridedSlice } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { spreadAxis } from '../kernels/convSpec'
import { defineOperator } from './operator'
import type { NodeContext, Shape } from './operator'

export interface SliceRange {
  readonly start: number
  readonly end: number
  readonly step: number
}

/** A box out of a tensor; constant starts, ends, axes and positive steps (ONNX Slice-13). */
export const sliceOperator = defineOperator({
  id: 'Slice',
  attributes: z.object({}),
  layout: 'follow',
  quantization: 'passthrough',
  channels: 'slice',
  mover: true,
  precision: 'follow',
  shape: (context) => [
    sliceRanges(context).map(({ start, end, step }) => Math.max(0, Math.ceil((end - start) / step))),
  ],
  forward: (context) => {
    const physical = physicalRanges(context, context.axisOf)
    const x = context.inputs[0]
    if (physical.every(({ step }) => step === 1))
      return [
        slice(
          x,
          physical.map(({ start }) => start),
          physical.map(({ start, end }) => end - start),
        ),
      ]
    return [
      stridedSlice(
        x,
        physical.map(({ start }) => start),
        physical.map(({ end }) => end),
        physical.map(({ step }) => step),
      ),
    ]
  },
  gradientReads: {},
  gradient: (context) => {
    const physical = physicalRanges(context, context.axisOf)
    const spread = physical.reduce((dy, { step }, axis) => spreadAxis(dy, axis, step), context.dOutputs[0])
    return [
      pad(
        spread,
        physical.map(({ start }, axis) => [start, context.physicalShapes[0][axis]! - start - spread.shape[axis]!]),
      ),
    ]
  },
})

/** What is taken along each logical axis. */
export function sliceRanges({ node, shapes, constant }: NodeContext<unknown>): readonly SliceRange[] {
  const [starts, ends] = [constant(1), constant(2)]
  if (!starts || !ends)
    throw new NNOptError('unsupported', `node '${node.name}' (Slice): expected constant starts and ends`, {
      node: node.name,
    })
  const axes = [...(constant(3)?.data ?? starts.data.map((_, index) => index))].map((axis) =>
    axis < 0 ? axis + shapes[0].length : axis,
  )
  return shapes[0].map((size, axis) => {
    const at = axes.indexOf(axis)
    if (at === -1) return { start: 0, end: size, step: 1 }
    const step = constant(4)?.data[at] ?? 1
    if (step < 1)
      throw new NNOptError('unsupported', `node '${node.name}' (Slice): expected a positive step, got ${step}`, {
        node: node.name,
      })
    const bound = (value: number): number => Math.min(size, Math.max(0, value < 0 ? value + size : value))
    return { start: bound(starts.data[at]!), end: bound(ends.data[at]!), step }
  })
}

function physicalRanges(
  context: NodeContext<unknown>,
  axisOf: (axis: number, rank: number) => number,
): readonly SliceRange[] {
  const logical: readonly SliceRange[] = sliceRanges(context)
  const shape: Shape = context.shapes[0]
  const physical = new Array<SliceRange>(shape.length)
  logical.forEach((range, axis) => (physical[axisOf(axis, shape.length)] = range))
  return physical
}
