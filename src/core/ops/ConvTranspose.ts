import type { Tensor } from '@tensorflow/tfjs-core'
import { add, concat, split } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { atLeast } from '../../shared/atLeast'
import { NNOptError } from '../../shared/errors'
import { sizeOf, tensorData, transpose } from '../graph/tensorData'
import { biasGradient } from '../kernels/biasGradient'
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '../kernels/conv2d'
import { defineOperator } from './operator'
import type { ExecutionContext, NodeContext, Shape } from './operator'
import { windowAttributes } from './spatial'
import type { Window } from './spatial'

const attributes = z.object({
  ...windowAttributes,
  group: z.number().int().positive().default(1),
  kernel_shape: z.array(z.number().int().positive()).optional(),
  output_padding: z.array(z.number().int().nonnegative()).default([0, 0]),
  output_shape: z.array(z.number().int().positive()).optional(),
})

type Attributes = z.output<typeof attributes>
type Context = NodeContext<Attributes, 2>

/** Transposed 2-d convolution (ONNX ConvTranspose-11): the gradient of a convolution by its input. Weights [in, out / group, kh, kw]; packed HWOI. */
export const convTransposeOperator = defineOperator({
  id: 'ConvTranspose',
  needs: 2,
  attributes,
  layout: 'channelsLast',
  quantization: () => ({ reason: 'onnxruntime has no transposed convolution in int8' }),
  channels: 'transposedConvolution',
  precision: 'half',
  parameters: { 1: 'weight', 2: 'bias' },
  outputAxis: () => 1,
  transparent: true,
  shape: (context) => {
    assertChannels(context)
    const { output } = windowOf(context)
    return [[context.shapes[0][0]!, context.shapes[1][1]! * context.attributes.group, ...output]]
  },
  macs: ({ shapes: [x, w] }) => x[0]! * sizeOf(x.slice(2)) * sizeOf(w),
  forward: (context) => {
    const [x, filter, bias] = context.inputs
    const { window, output } = windowOf(context)
    const [batch = 1] = context.shapes[0]
    const made = byGroup(context, x, filter, (part, each) =>
      conv2dInputGradient(part, each, [batch, ...output, context.shapes[1][1]!], window),
    )
    return [bias ? add(made, bias) : made]
  },
  gradientReads: { inputs: [0, 1] },
  gradient: (context) => {
    const [x, filter] = context.inputs
    const dy = context.dOutputs[0]
    const { window } = windowOf(context)
    return [
      context.wants(0) ? byGroup(context, dy, filter, (part, each) => conv2d(part, each, window)) : undefined,
      context.wants(1)
        ? byGroup(context, dy, filter, (part, each, input) => conv2dFilterGradient(part, input, each.shape, window), x)
        : undefined,
      context.wants(2) ? biasGradient(dy) : undefined,
    ]
  },
  pack: (_context, index, parameter) => {
    const packed = index === 1 ? transpose(parameter, [2, 3, 1, 0]) : parameter
    return { shape: packed.shape, data: Float32Array.from(packed.data) }
  },
  unpack: (context, index, packed) => {
    const shape = context.shapes[index]!
    if (index !== 1) return tensorData('float32', shape, packed)
    const [inputs, outputs, height, width] = atLeast(4, shape)
    return transpose(tensorData('float32', [height, width, outputs, inputs], packed), [3, 2, 0, 1])
  },
})

/** Runs each group on its channels: the last axis of the tensor, of the filter and of what else is given. */
function byGroup(
  { attributes: { group } }: ExecutionContext<Attributes, 2>,
  tensor: Tensor,
  filter: Tensor,
  run: (part: Tensor, filter: Tensor, other: Tensor) => Tensor,
  other = tensor,
): Tensor {
  if (group === 1) return run(tensor, filter, other)
  const [parts, others] = [split(tensor, group, 3), split(other, group, 3)]
  return concat(
    split(filter, group, 3).map((each, index) => run(parts[index]!, each, others[index]!)),
    3,
  )
}

/** Padding and output size as ONNX specifies them; the window is that of the convolution from the output back to the input. */
function windowOf({ attributes: a, shapes: [x, w] }: Context): { readonly window: Window; readonly output: Shape } {
  const along = (axis: 0 | 1): { readonly pads: readonly [number, number]; readonly size: number } => {
    const size = x[axis + 2] ?? 1
    const stride = a.strides[axis] ?? 1
    const extent = ((w[axis + 2] ?? 1) - 1) * (a.dilations[axis] ?? 1) + 1
    const full = stride * (size - 1) + (a.output_padding[axis] ?? 0) + extent
    const wanted = a.output_shape?.at(axis - 2) ?? (a.auto_pad.startsWith('SAME') ? size * stride : undefined)
    if (wanted === undefined) {
      const pads = a.auto_pad === 'VALID' ? ([0, 0] as const) : ([a.pads[axis] ?? 0, a.pads[axis + 2] ?? 0] as const)
      return { pads, size: full - pads[0] - pads[1] }
    }
    const [total, small] = [full - wanted, Math.floor((full - wanted) / 2)]
    return { pads: a.auto_pad === 'SAME_UPPER' ? [small, total - small] : [total - small, small], size: wanted }
  }
  const [rows, columns] = [along(0), along(1)]
  const pair = (values: readonly number[]): readonly [number, number] => [values[0] ?? 1, values[1] ?? 1]
  return {
    output: [rows.size, columns.size],
    window: {
      kernel: pair(w.slice(2)),
      strides: pair(a.strides),
      dilations: pair(a.dilations),
      pads: [rows.pads[0], columns.pads[0], rows.pads[1], columns.pads[1]],
      output: pair(x.slice(2)),
    },
  }
}

function assertChannels({ node, shapes: [x, w], attributes: { group } }: Context): void {
  if (x.length === 4 && w.length === 4 && x[1] === w[0] && x[1]! % group === 0) return
  throw new NNOptError(
    'badInput',
    `node '${node.name}' (ConvTranspose): expected [N, ${w[0] ?? 0}, H, W] for weights [${w.join(', ')}] and group ${group}, got [${x.join(', ')}]`,
    { node: node.name },
  )
}
