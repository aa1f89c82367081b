import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import { avgPool, mul, ones, tensor4d } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { atLeast } from '../../shared/atLeast'
import { NNOptError } from '../../shared/errors'
import { depthwiseConv2dInputGradient } from '../kernels/depthwiseConv2d'
import { defineOperator } from './operator'
import type { NodeContext } from './operator'
import { fittingPads, padPlane, poolWindow, poolingAttributes } from './pooling'
import type { Window } from './spatial'

const averageAttributes = z.object({ ...poolingAttributes, count_include_pad: z.number().int().default(0) })

type Context = NodeContext<z.output<typeof averageAttributes>>

/** Mean of each window, over the elements that lie inside the input or, with count_include_pad, inside its padding (ONNX AveragePool-11). */
export const averagePoolOperator = defineOperator({
  id: 'AveragePool',
  attributes: averageAttributes,
  layout: 'channelsLast',
  quantization: 'arithmetic',
  channels: 'window',
  homogeneous: true,
  transparent: true,
  shape: (context) => {
    if (context.attributes.dilations.some((dilation) => dilation !== 1)) {
      throw new NNOptError(
        'unsupported',
        `node '${context.node.name}' (AveragePool): expected no dilation, got ${context.attributes.dilations.join('×')}`,
        { node: context.node.name },
      )
    }
    return [[context.shapes[0][0]!, context.shapes[0][1]!, ...poolWindow(context).output]]
  },
  forward: (context) => {
    const window = poolWindow(context)
    const x = context.inputs[0] as Tensor4D
    const padded = padPlane(x, fittingPads(window, x.shape[1], x.shape[2]), 0)
    const mean = avgPool(padded, [...window.kernel], [...window.strides], 'valid')
    const correction = divisorCorrection(context, window)
    return [correction ? mul(mean, correction) : mean]
  },
  gradientReads: {},
  gradient: (context) => {
    const window = poolWindow(context)
    const shape = context.physicalShapes[0]
    const correction = divisorCorrection(context, window)
    const dy = context.dOutputs[0]
    const area = window.kernel[0] * window.kernel[1]
    const share = mul(correction ? mul(dy, correction) : dy, 1 / area)
    const spec = {
      strides: window.strides,
      dilations: window.dilations,
      pads: fittingPads(window, shape[1]!, shape[2]!),
    }
    return [depthwiseConv2dInputGradient(share, ones([...window.kernel, shape[3]!, 1]), shape, spec)]
  },
})

/** Window area over the elements that count, by position [1, oh, ow, 1]; undefined where all windows count in full. */
function divisorCorrection(context: Context, window: Window): Tensor | undefined {
  const [height, width] = atLeast(2, context.shapes[0].slice(2))
  const rows = countAlong(context, window, 0, height)
  const columns = countAlong(context, window, 1, width)
  const area = window.kernel[0] * window.kernel[1]
  if (rows.every((count) => count === window.kernel[0]) && columns.every((count) => count === window.kernel[1]))
    return undefined
  return tensor4d(
    rows.flatMap((row) => columns.map((column) => area / (row * column))),
    [1, rows.length, columns.length, 1],
  )
}

function countAlong({ attributes }: Context, window: Window, axis: 0 | 1, size: number): readonly number[] {
  const [begin, end] = [window.pads[axis], window.pads[axis + 2]!]
  const [first, last] = attributes.count_include_pad ? [-begin, size + end] : [0, size]
  return Array.from({ length: window.output[axis] }, (_, index) => {
    const start = index * window.strides[axis] - begin
    return Math.min(start + window.kernel[axis], last) - Math.max(start, first)
  })
}
