import { concat, split, zeros } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { defineOperator } from './operator'
import type { NodeContext } from './operator'

const splitAttributes = z.object({ axis: z.number().int().default(0) })

/** Cuts a tensor along an axis, into the given sizes or equal parts; the last may be smaller (ONNX Split-18). */
export const splitOperator = defineOperator({
  id: 'Split',
  attributes: splitAttributes,
  layout: 'follow',
  quantization: 'passthrough',
  channels: 'split',
  mover: true,
  precision: 'follow',
  shape: (context) => {
    const [x] = context.shapes
    const axis = context.attributes.axis < 0 ? context.attributes.axis + x.length : context.attributes.axis
    return partSizes(context).map((size) => x.map((dim, index) => (index === axis ? size : dim)))
  },
  forward: (context) =>
    split(
      context.inputs[0],
      [...partSizes(context)],
      context.axisOf(context.attributes.axis, context.shapes[0].length),
    ),
  gradientReads: {},
  gradient: (context) => {
    const axis = context.axisOf(context.attributes.axis, context.shapes[0].length)
    const parts = partSizes(context).map(
      (size, index) =>
        context.dOutputs[index] ?? zeros(context.physicalShapes[0].map((dim, at) => (at === axis ? size : dim))),
    )
    return [concat(parts, axis)]
  },
})

/** How many slices along the axis each output takes. */
export function partSizes({
  node,
  attributes,
  shapes,
  constant,
}: NodeContext<z.output<typeof splitAttributes>>): readonly number[] {
  const given = constant(1)
  if (given) return [...given.data]
  const whole = shapes[0].at(attributes.axis) ?? 0
  const part = Math.ceil(whole / node.outputs.length)
  return node.outputs.map((_, index) => Math.min(part, whole - index * part))
}
