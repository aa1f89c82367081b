import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import { concat, split } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { atLeast } from '../../shared/atLeast'
import type { AtLeast } from '../../shared/atLeast'
import { NNOptError } from '../../shared/errors'
import { activate } from '../kernels/activations'
import { biasActivation } from '../kernels/biasActivation'
import { biasGradient } from '../kernels/biasGradient'
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '../kernels/conv2d'
import {
  depthwiseConv2d,
  depthwiseConv2dFilterGradient,
  depthwiseConv2dInputGradient,
} from '../kernels/depthwiseConv2d'
import { sizeOf, tensorData, transpose } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { defineOperator, internal } from './operator'
import type { NodeContext, Shape } from './operator'
import { resolveWindow, windowAttributes } from './spatial'
import type { Window } from './spatial'

const attributes = z.object({
  ...windowAttributes,
  group: z.number().int().positive().default(1),
  kernel_shape: z.array(z.number().int()).optional(),
  /** Set for inference alone, when the activation that follows is merged (execute/fuseActivations.ts). */
  activation: z.enum(['none', 'relu', 'relu6']).default('none').meta(internal),
})

type Context = NodeContext<z.output<typeof attributes>, 2>

/** `shape` has checked that images and filters have four axes. */
type Inputs = AtLeast<2, Tensor4D, Tensor | undefined>

/** Two-dimensional convolution, dense, grouped and depthwise (ONNX Conv-11). Packed filters: HWIO [kh, kw, in / group, out]; depthwise [kh, kw, channels, multiplier]. */
export const convOperator = defineOperator({
  id: 'Conv',
  needs: 2,
  attributes,
  layout: 'channelsLast',
  quantization: 'weighted',
  channels: 'convolution',
  precision: 'half',
  parameters: { 1: 'weight', 2: 'bias' },
  outputAxis: () => 0,
  transparent: true,
  shape: (context) => {
    assertChannels(context)
    const window = windowOf(context)
    return [[context.shapes[0][0]!, context.shapes[1][0]!, ...window.output]]
  },
  macs: (context) => context.shapes[0][0]! * sizeOf(windowOf(context).output) * sizeOf(context.shapes[1]),
  forward: (context) => {
    const [x, filter, bias] = context.inputs as Inputs
    const y = convolve(context, x, filter)
    const { activation } = context.attributes
    return [bias ? biasActivation(y, bias, activation) : activate(y, activation)]
  },
  gradientReads: { inputs: [0, 1] },
  gradient: (context) => {
    if (context.attributes.activation !== 'none')
      throw new NNOptError(
        'internal',
        `node '${context.node.name}' (Conv): cannot train, because its activation was fused for inference`,
      )
    const [x, filter] = context.inputs as Inputs
    const dy = context.dOutputs[0] as Tensor4D
    return [
      context.wants(0) ? inputGradient(context, dy, filter, x.shape) : undefined,
      context.wants(1) ? filterGradient(context, x, dy, filter.shape) : undefined,
      context.wants(2) ? biasGradient(dy) : undefined,
    ]
  },
  pack: (context, index, parameter) => {
    if (index !== 1) return { shape: parameter.shape, data: Float32Array.from(parameter.data) }
    const packed = transpose(parameter, [2, 3, 1, 0])
    return { shape: packedShape(context, packed.shape), data: Float32Array.from(packed.data) }
  },
  unpack: (context, index, packed) => {
    const shape = context.shapes[index]!
    if (index !== 1) return tensorData('float32', shape, packed)
    const [out, inner, height, width] = atLeast(4, shape)
    return transpose(tensorData('float32', [height, width, inner, out], packed), [3, 2, 0, 1]) as TensorData
  },
})

const windowOf = (context: Context): Window =>
  resolveWindow(context.node, context.attributes, context.shapes[0], context.shapes[1].slice(2))

function assertChannels({ node, attributes: { group }, shapes: [x, w] }: Context): void {
  if (x.length !== 4 || w.length !== 4 || (x[1] === w[1]! * group && w[0]! % group === 0)) return
  throw new NNOptError(
    'badInput',
    `node '${node.name}' (Conv): expected ${w[1]! * group} input channels for weights [${w.join(', ')}] and group ${group}, got ${x[1]}`,
    { node: node.name },
  )
}

const isDepthwise = ({ attributes, shapes }: Context): boolean =>
  attributes.group > 1 && shapes[1][1] === 1 && attributes.group === shapes[0][1]

/** [kh, kw, 1, channels · multiplier] and [kh, kw, channels, multiplier] hold the same numbers in the same order. */
function packedShape(context: Context, shape: Shape): Shape {
  const [height, width, inner, out] = atLeast(4, shape)
  const { group } = context.attributes
  return isDepthwise(context) ? [height, width, group, out / group] : [height, width, inner, out]
}

function convolve(context: Context, x: Tensor4D, filter: Tensor4D): Tensor {
  const spec = windowOf(context)
  if (isDepthwise(context)) return depthwiseConv2d(x, filter, spec)
  const { group } = context.attributes
  if (group === 1) return conv2d(x, filter, spec)
  const filters = split(filter, group, 3)
  return concat(
    split(x, group, 3).map((part, index) => conv2d(part, filters[index]!, spec)),
    3,
  )
}

function inputGradient(context: Context, dy: Tensor4D, filter: Tensor4D, xShape: Tensor4D['shape']): Tensor {
  const spec = windowOf(context)
  if (isDepthwise(context)) return depthwiseConv2dInputGradient(dy, filter, xShape, spec)
  const { group } = context.attributes
  if (group === 1) return conv2dInputGradient(dy, filter, xShape, spec)
  const [batch, height, width, channels] = xShape
  const filters = split(filter, group, 3)
  return concat(
    split(dy, group, 3).map((part, index) =>
      conv2dInputGradient(part, filters[index]!, [batch, height, width, channels / group], spec),
    ),
    3,
  )
}

function filterGradient(context: Context, x: Tensor4D, dy: Tensor4D, filterShape: Tensor4D['shape']): Tensor {
  const spec = windowOf(context)
  if (isDepthwise(context)) return depthwiseConv2dFilterGradient(x, dy, filterShape, spec)
  const { group } = context.attributes
  if (group === 1) return conv2dFilterGradient(x, dy, filterShape, spec)
  const [height, width, inner, out] = filterShape
  const outputs = split(dy, group, 3)
  return concat(
    split(x, group, 3).map((part, index) =>
      conv2dFilterGradient(part, outputs[index]!, [height, width, inner, out / group], spec),
    ),
    3,
  )
}
