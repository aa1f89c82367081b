import type { Tensor } from '@tensorflow/tfjs-core'
import { add, mul, reshape } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { normalize, normalizeGradient } from '../kernels/normalize'
import { sumToShape } from './broadcast'
import { defineOperator } from './operator'
import type { ExecutionContext } from './operator'

const attributes = z.object({ epsilon: z.number().default(1e-5) })

/** Mean 0 and variance 1 over the positions of every channel and image, then scale and shift by channel (Ulyanov et al., 2016; ONNX InstanceNormalization-6). */
export const instanceNormalizationOperator = defineOperator({
  id: 'InstanceNormalization',
  needs: 3,
  attributes,
  layout: 'channelsLast',
  quantization: 'float',
  channels: 'perChannel',
  transparent: true,
  follower: true,
  parameters: { 1: 'scale', 2: 'shift' },
  shape: ({ node, shapes: [x, scale] }) => {
    if (x.length > 2 && scale[0] === x[1]) return [x]
    throw new NNOptError(
      'badInput',
      `node '${node.name}' (InstanceNormalization): expected ${scale[0] ?? 0} channels before the positions, got an input of [${x.join(', ')}]`,
      { node: node.name },
    )
  },
  forward: (context) => {
    const [x, scale, shift] = context.inputs
    const { normal } = normalize(x, positionAxes(context), context.attributes.epsilon)
    return [add(mul(normal, byChannel(context, scale)), byChannel(context, shift))]
  },
  gradientReads: { inputs: [0, 1] },
  gradient: (context) => {
    const [[x, scale], dy] = [context.inputs, context.dOutputs[0]]
    const axes = positionAxes(context)
    const normalized = normalize(x, axes, context.attributes.epsilon)
    const sumOf = (tensor: Tensor): Tensor => reshape(sumToShape(tensor, channelShape(context)), [scale.size])
    return [
      context.wants(0) ? normalizeGradient(mul(dy, byChannel(context, scale)), normalized, axes) : undefined,
      context.wants(1) ? sumOf(mul(dy, normalized.normal)) : undefined,
      context.wants(2) ? sumOf(dy) : undefined,
    ]
  },
})

type Context = ExecutionContext<z.output<typeof attributes>, 3>

const positionAxes = ({ shapes: [x], axisOf }: Context): number[] =>
  x.slice(2).map((_, position) => axisOf(position + 2, x.length))

const channelShape = ({ physicalShapes: [x], axisOf }: Context): number[] =>
  x.map((dim, axis) => (axis === axisOf(1, x.length) ? dim : 1))

const byChannel = (context: Context, parameter: Tensor): Tensor => reshape(parameter, channelShape(context))
