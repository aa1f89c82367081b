import { mul, softmax, sub, sum, transpose } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { defineOperator } from './operator'
import type { NodeContext } from './operator'

const softmaxAttributes = z.object({ axis: z.number().int().default(-1) })

/** Exponentials that sum to one along an axis (ONNX Softmax-13). */
export const softmaxOperator = defineOperator({
  id: 'Softmax',
  attributes: softmaxAttributes,
  layout: 'plain',
  quantization: 'float',
  channels: 'softmax',
  probabilities: true,
  shape: (context) => {
    const [{ node, attributes }, [x]] = [context, context.shapes]
    if (attributes.axis >= -x.length && attributes.axis < x.length) return [x]
    throw new NNOptError(
      'badInput',
      `node '${node.name}' (Softmax): expected an axis of [${x.join(', ')}], got ${attributes.axis}`,
      { node: node.name },
    )
  },
  forward: (context) => {
    const order = axisLast(context)
    const x = context.inputs[0]
    return [order ? transpose(softmax(transpose(x, order)), order) : softmax(x)]
  },
  gradientReads: { outputs: [0] },
  gradient: (context) => {
    const [dy, y] = [context.dOutputs[0], context.outputs[0]]
    return [mul(y, sub(dy, sum(mul(dy, y), context.attributes.axis, true)))]
  },
})

/** The permutation, its own inverse, that swaps the axis with the last; undefined when it is the last. */
function axisLast({ attributes, shapes: [x] }: NodeContext<z.output<typeof softmaxAttributes>>): number[] | undefined {
  const last = x.length - 1
  const axis = attributes.axis < 0 ? attributes.axis + x.length : attributes.axis
  return axis === last ? undefined : x.map((_, index) => (index === axis ? last : index === last ? axis : index))
}
