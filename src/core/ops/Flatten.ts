import { reshape } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { sizeOf } from '../graph/tensorData'
import { defineOperator } from './operator'

/** Joins the axes before and from `axis` into two. */
export const flattenOperator = defineOperator({
  id: 'Flatten',
  attributes: z.object({ axis: z.number().int().default(1) }),
  layout: 'plain',
  quantization: 'passthrough',
  channels: 'reshape',
  mover: true,
  transparent: true,
  precision: 'follow',
  shape: ({ attributes, shapes }) => {
    const axis = attributes.axis < 0 ? attributes.axis + shapes[0].length : attributes.axis
    return [[sizeOf(shapes[0].slice(0, axis)), sizeOf(shapes[0].slice(axis))]]
  },
  forward: ({ inputs, outputShapes }) => [reshape(inputs[0], [...outputShapes[0]])],
  gradientReads: {},
  gradient: ({ dOutputs, physicalShapes }) => [reshape(dOutputs[0], [...physicalShapes[0]])],
})
