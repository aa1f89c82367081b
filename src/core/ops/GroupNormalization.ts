import type { Tensor } from '@tensorflow/tfjs-core'
import { add, mul, reshape } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { normalize, normalizeGradient } from '../kernels/normalize'
import { sumToShape } from './broadcast'
import { defineOperator } from './operator'
import type { NodeContext } from './operator'

const attributes = z.object({
  num_groups: z.number().int().positive(),
  epsilon: z.number().default(1e-5),
  stash_type: z.literal(1).default(1),
})

type Context = NodeContext<z.output<typeof attributes>, 3>

/** Axes of [N, groups, elements of a group] that are normalized. */
const groupAxes = [2]

/** Mean 0 and variance 1 over groups of channels and their positions, then scale and shift by channel (Wu and He, 2018; ONNX GroupNormalization-21). */
export const groupNormalizationOperator = defineOperator({
  id: 'GroupNormalization',
  needs: 3,
  attributes,
  layout: 'plain',
  quantization: 'float',
  channels: 'perChannel',
  follower: true,
  parameters: { 1: 'scale', 2: 'shift' },
  shape: ({ node, attributes: { num_groups: groups }, shapes: [x, scale] }) => {
    if (scale[0] === x[1] && x[1]! % groups === 0) return [x]
    throw new NNOptError(
      'badInput',
      `node '${node.name}' (GroupNormalization): expected ${scale[0] ?? 0} channels in ${groups} groups, got an input of [${x.join(', ')}]`,
      { node: node.name },
    )
  },
  forward: (context) => {
    const [x, scale, shift] = context.inputs
    const { normal } = normalize(grouped(context, x), groupAxes, context.attributes.epsilon)
    return [add(mul(reshape(normal, x.shape), byChannel(scale, x.rank)), byChannel(shift, x.rank))]
  },
  gradientReads: { inputs: [0, 1] },
  gradient: (context) => {
    const [[x, scale], dy] = [context.inputs, context.dOutputs[0]]
    const normalized = normalize(grouped(context, x), groupAxes, context.attributes.epsilon)
    const dNormal = (): Tensor => grouped(context, mul(dy, byChannel(scale, x.rank)))
    const sumOf = (tensor: Tensor): Tensor => reshape(sumToShape(tensor, channelShape(scale, x.rank)), [scale.size])
    return [
      context.wants(0) ? reshape(normalizeGradient(dNormal(), normalized, groupAxes), x.shape) : undefined,
      context.wants(1) ? sumOf(mul(dy, reshape(normalized.normal, x.shape))) : undefined,
      context.wants(2) ? sumOf(dy) : undefined,
    ]
  },
})

const grouped = ({ attributes: { num_groups: groups }, shapes: [x] }: Context, tensor: Tensor): Tensor =>
  reshape(tensor, [x[0]!, groups, -1])

const channelShape = ({ size }: Tensor, rank: number): number[] =>
  Array.from({ length: rank }, (_, axis) => (axis === 1 ? size : 1))

const byChannel = (parameter: Tensor, rank: number): Tensor => reshape(parameter, channelShape(parameter, rank))
