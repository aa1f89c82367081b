import type { Tensor } from '@tensorflow/tfjs-core'
import { mul, softmax, sub, sum } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { defineOperator } from './operator'

/** Exponentials that sum to one along the last axis. */
export const softmaxOperator = defineOperator({
  id: 'Softmax',
  attributes: z.object({ axis: z.number().int().default(-1) }),
  layout: 'plain',
  quantization: 'float',
  shape: ({ node, attributes, shapes: [x] }) => {
    const axis = attributes.axis < 0 ? attributes.axis + x.length : attributes.axis
    if (axis === x.length - 1) return [x]
    throw new NNOptError('unsupported', `node '${node.name}' (Softmax): expected the last axis (${x.length - 1}), got ${axis}`, { node: node.name })
  },
  forward: ({ inputs }) => [softmax(inputs[0] as Tensor)],
  gradientReads: { outputs: [0] },
  gradient: ({ dOutputs, outputs }) => {
    const [dy, y] = [dOutputs[0] as Tensor, outputs[0] as Tensor]
    return [mul(y, sub(dy, sum(mul(dy, y), -1, true)))]
  },
})
