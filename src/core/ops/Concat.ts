import { concat, split } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { defineOperator } from './operator'

/** Joins tensors along an axis. */
export const concatOperator = defineOperator({
  id: 'Concat',
  attributes: z.object({ axis: z.number().int() }),
  layout: 'follow',
  quantization: 'arithmetic',
  channels: 'concat',
  manyOperands: true,
  precision: 'follow',
  shape: ({ node, attributes, shapes }) => {
    const [first] = shapes
    const axis = attributes.axis < 0 ? attributes.axis + first.length : attributes.axis
    for (const shape of shapes) {
      if (shape.length !== first.length || shape.some((dim, index) => index !== axis && dim !== first[index])) {
        throw new NNOptError(
          'badInput',
          `node '${node.name}' (Concat): shapes ${shapes.map((each) => `[${each.join(', ')}]`).join(', ')} differ outside axis ${axis}`,
          { node: node.name },
        )
      }
    }
    return [first.map((dim, index) => (index === axis ? shapes.reduce((sum, shape) => sum + shape[axis]!, 0) : dim))]
  },
  forward: ({ attributes, inputs, shapes, axisOf }) => [
    concat(
      inputs.map((_, index) => inputs[index]!),
      axisOf(attributes.axis, shapes[0].length),
    ),
  ],
  gradientReads: {},
  gradient: ({ attributes, dOutputs, shapes, physicalShapes, axisOf }) => {
    const axis = axisOf(attributes.axis, shapes[0].length)
    return split(
      dOutputs[0],
      physicalShapes.map((shape) => shape[axis]!),
      axis,
    )
  },
})
