import { add, maximum, minimum, mul, cast, greater, where } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { tensorData } from '../graph/tensorData'
import { sumToShape } from './broadcast'
import { defineOperator } from './operator'

/** max(0, x) + slope · min(0, x), the slope learned by channel (He et al., 2015; ONNX PRelu-16). */
export const preluOperator = defineOperator({
  id: 'PRelu',
  needs: 2,
  attributes: z.object({}),
  layout: 'channelsLast',
  quantization: 'float',
  channels: 'perChannel',
  follower: true,
  parameters: { 1: 'weight' },
  shape: ({ node, shapes: [x, slope] }) => {
    const byChannel = [...new Array<number>(Math.max(0, x.length - slope.length)).fill(1), ...slope].every(
      (dim, axis) => dim === 1 || (axis === 1 && dim === x[1]),
    )
    if (byChannel) return [x]
    throw new NNOptError(
      'unsupported',
      `node '${node.name}' (PRelu): expected one slope per channel [${x[1]}, 1, 1] or one for all, got [${slope.join(', ')}]`,
      { node: node.name },
    )
  },
  forward: ({ inputs }) => {
    const [x, slope] = inputs
    return [add(maximum(x, 0), mul(slope, minimum(x, 0)))]
  },
  gradientReads: { inputs: [0, 1] },
  gradient: ({ inputs, dOutputs, wants }) => {
    const [[x, slope], dy] = [inputs, dOutputs[0]]
    return [
      wants(0) ? where(cast(greater(x, 0), 'bool'), dy, mul(dy, slope)) : undefined,
      wants(1) ? sumToShape(mul(dy, minimum(x, 0)), slope.shape) : undefined,
    ]
  },
  // One slope a channel, or one for all: [C, 1, 1] and [1] both become a vector along the last axis.
  pack: (_context, _index, parameter) => ({ shape: [parameter.data.length], data: Float32Array.from(parameter.data) }),
  unpack: (context, index, packed) => tensorData('float32', context.shapes[index]!, packed),
})
