import { argMax, cast, expandDims, zerosLike } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { defineOperator } from './operator'
import type { ExecutionContext } from './operator'

const attributes = z.object({
  axis: z.number().int().default(0),
  keepdims: z.number().int().default(1),
  select_last_index: z.literal(0).default(0),
})

/** Position of the largest element along an axis, the first of several (ONNX ArgMax-13); its gradient is zero. */
export const argMaxOperator = defineOperator({
  id: 'ArgMax',
  attributes,
  layout: 'plain',
  quantization: 'float',
  channels: 'mixed',
  writesIntegers: true,
  shape: ({ attributes: { axis, keepdims }, shapes: [x] }) => {
    const at = axis < 0 ? axis + x.length : axis
    return [keepdims ? x.map((dim, index) => (index === at ? 1 : dim)) : x.filter((_, index) => index !== at)]
  },
  forward: (context) => {
    const chosen = cast(argMax(context.inputs[0], axisOf(context)), 'float32')
    return [context.attributes.keepdims ? expandDims(chosen, axisOf(context)) : chosen]
  },
  gradientReads: { inputs: [0] },
  gradient: ({ inputs }) => [zerosLike(inputs[0])],
})

const axisOf = ({ attributes: { axis }, shapes: [x] }: ExecutionContext<z.output<typeof attributes>>): number =>
  axis < 0 ? axis + x.length : axis
