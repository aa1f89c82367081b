import { broadcastTo, div, mean, reshape } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import type { Node } from '../graph/graph'
import { sizeOf } from '../graph/tensorData'
import { defineOperator } from './operator'
import type { NodeContext, Shape } from './operator'

const reduceAttributes = z.object({ axes: z.array(z.number().int()).optional(), keepdims: z.number().int().default(1) })

type Context = NodeContext<z.output<typeof reduceAttributes>>

/** Mean over axes; over height and width it is what global average pooling does. */
export const reduceMeanOperator = defineOperator({
  id: 'ReduceMean',
  attributes: reduceAttributes,
  // Dropping axes out of NHWC keeps ONNX's order only where the channels, or both spatial axes, go.
  layout: (context) => (context.attributes.keepdims || reducesWholePlane(context) ? 'follow' : 'plain'),
  quantization: () => ({ reason: 'only a mean over height and width has an int8 form in onnxruntime' }),
  channels: 'reduce',
  transparent: true,
  expanded: pooled,
  shape: (context) => {
    const axes = reducedAxes(context)
    const kept = context.shapes[0].map((dim, axis) => (axes.includes(axis) ? 1 : dim))
    return [context.attributes.keepdims ? kept : kept.filter((_, axis) => !axes.includes(axis))]
  },
  forward: (context) => [
    mean(
      context.inputs[0],
      reducedAxes(context).map((axis) => context.axisOf(axis, context.shapes[0].length)),
      context.attributes.keepdims !== 0,
    ),
  ],
  gradientReads: {},
  gradient: (context) => {
    const shape = context.physicalShapes[0]
    const reduced = new Set(reducedAxes(context).map((axis) => context.axisOf(axis, shape.length)))
    const kept = shape.map((dim, axis) => (reduced.has(axis) ? 1 : dim))
    const share = div(reshape(context.dOutputs[0], kept), sizeOf(shape) / sizeOf(kept))
    return [broadcastTo(share, [...shape])]
  },
})

/** A mean over height and width as a GlobalAveragePool, followed by a Flatten where the axes are dropped: the same numbers in the form that runtimes know in int8. */
function pooled(node: Node, { length: rank }: Shape): readonly Node[] {
  const { name, inputs, outputs, attributes } = node
  const axes = Array.isArray(attributes.axes) ? attributes.axes.map(Number) : []
  const reduced = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)))
  if (rank !== 4 || axes.length !== 2 || !reduced.has(2) || !reduced.has(3)) return [node]
  const pool = (to: Node['outputs']): Node => ({ name, op: 'GlobalAveragePool', inputs, outputs: to, attributes: {} })
  if (attributes.keepdims !== 0) return [pool(outputs)]
  const between = [`${name}/pooled`]
  return [pool(between), { name: `${name}/Flatten`, op: 'Flatten', inputs: between, outputs, attributes: { axis: 1 } }]
}

export const reducedAxes = ({ attributes, shapes }: Context): readonly number[] =>
  (attributes.axes ?? shapes[0].map((_, axis) => axis)).map((axis) => (axis < 0 ? axis + shapes[0].length : axis))

const reducesWholePlane = (context: Context): boolean => {
  const axes = reducedAxes(context)
  return context.shapes[0].length === 4 && axes.includes(2) && axes.includes(3)
}
