import type { Tensor } from '@tensorflow/tfjs-core'
import { broadcastTo, reshape } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { defineOperator } from './operator'
import type { OperatorFacts } from './facts'
import type { ExecutionContext, NodeContext, Operator } from './operator'

const reduceAttributes = z.object({ axes: z.array(z.number().int()).optional(), keepdims: z.number().int().default(1) })

type Attributes = z.output<typeof reduceAttributes>
type Context = NodeContext<Attributes>

interface Reduction {
  readonly id: string
  readonly quantization?: OperatorFacts<Attributes>['quantization']
  readonly homogeneous?: boolean
  readonly expanded?: OperatorFacts<Attributes>['expanded']
  forward(x: Tensor, axes: number[], keepDims: boolean): Tensor
  /** What of x and y the gradient reads. */
  readonly reads: 'nothing' | 'both'
  /** dL/dx; dy and y come with their reduced axes as 1, `count` is the number of elements behind each. */
  gradient(parts: { readonly dy: Tensor; readonly x: Tensor; readonly y: Tensor; readonly count: number }): Tensor
}

/** An operator that joins all elements along some axes into one (ONNX Reduce…; without axes, along all of them). */
export function defineReduction({ id, quantization, reads, forward, gradient, ...facts }: Reduction): Operator {
  return defineOperator({
    id,
    attributes: reduceAttributes,
    // Dropping axes out of NHWC keeps ONNX's order only where the channels, or both spatial axes, go.
    layout: (context) => (context.attributes.keepdims || reducesWholePlane(context) ? 'follow' : 'plain'),
    quantization: quantization ?? 'float',
    channels: 'reduce',
    transparent: true,
    ...facts,
    shape: (context) => {
      const axes = reducedAxes(context)
      const kept = context.shapes[0].map((dim, axis) => (axes.includes(axis) ? 1 : dim))
      return [context.attributes.keepdims ? kept : kept.filter((_, axis) => !axes.includes(axis))]
    },
    forward: (context) => [forward(context.inputs[0], physicalAxes(context), context.attributes.keepdims !== 0)],
    gradientReads: reads === 'both' ? { inputs: [0], outputs: [0] } : {},
    gradient: (context) => {
      const shape = context.physicalShapes[0]
      const kept = keptShape(context)
      const spread = (tensor: Tensor | undefined): Tensor => reshape(tensor as Tensor, kept)
      const count = shape.reduce((product, dim, axis) => product * (kept[axis] === dim ? 1 : dim), 1)
      const dy = spread(context.dOutputs[0])
      const read = reads === 'both' ? { x: context.inputs[0], y: spread(context.outputs[0]) } : { x: dy, y: dy }
      return [broadcastTo(gradient({ dy, count, ...read }), [...shape])]
    },
  })
}

const physicalAxes = (context: ExecutionContext<Attributes>): number[] =>
  reducedAxes(context).map((axis) => context.axisOf(axis, context.shapes[0].length))

function keptShape(context: ExecutionContext<Attributes>): number[] {
  const reduced = new Set(physicalAxes(context))
  return context.physicalShapes[0].map((dim, axis) => (reduced.has(axis) ? 1 : dim))
}

/** The axes that go, counted from the front: an attribute, or a constant input in the forms that have one. */
export function reducedAxes({ attributes, shapes: [x], constant }: Context): readonly number[] {
  const given = attributes.axes ?? (constant(1) && Array.from(constant(1)?.data ?? []))
  return (given ?? x.map((_, axis) => axis)).map((axis) => (axis < 0 ? axis + x.length : axis))
}

function reducesWholePlane(context: Context): boolean {
  const axes = reducedAxes(context)
  return context.shapes[0].length === 4 && axes.includes(2) && axes.includes(3)
}
