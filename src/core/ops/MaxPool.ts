import type { Tensor4D } from '@tensorflow/tfjs-core'
import { maxPool, slice } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { maxPoolGradient } from '../kernels/maxPool'
import { defineOperator } from './operator'
import { fittingPads, padPlane, poolWindow, poolingAttributes } from './pooling'

/** The most negative float: never the maximum of a window that holds an element. */
const lowest = -3.4028234663852886e38

/** Largest element of each window (ONNX MaxPool-12). */
export const maxPoolOperator = defineOperator({
  id: 'MaxPool',
  attributes: z.object(poolingAttributes),
  layout: 'channelsLast',
  quantization: 'passthrough',
  channels: 'window',
  homogeneous: true,
  transparent: true,
  mover: true,
  precision: 'follow',
  shape: (context) => {
    if (context.attributes.dilations.some((dilation) => dilation !== 1)) {
      throw new NNOptError(
        'unsupported',
        `node '${context.node.name}' (MaxPool): expected no dilation, got ${context.attributes.dilations.join('×')}`,
        { node: context.node.name },
      )
    }
    return [[context.shapes[0][0]!, context.shapes[0][1]!, ...poolWindow(context).output]]
  },
  forward: (context) => {
    const window = poolWindow(context)
    const x = context.inputs[0] as Tensor4D
    const padded = padPlane(x, fittingPads(window, x.shape[1], x.shape[2]), lowest)
    return [maxPool(padded, [...window.kernel], [...window.strides], 'valid')]
  },
  gradientReads: { inputs: [0], outputs: [0] },
  gradient: (context) => {
    const window = poolWindow(context)
    const [x, y, dy] = [context.inputs[0], context.outputs[0], context.dOutputs[0]]
    const pads = fittingPads(window, x.shape[1]!, x.shape[2]!)
    const padded = maxPoolGradient(dy, padPlane(x, pads, lowest), y, window.kernel, window.strides)
    return [slice(padded, [0, pads[0], pads[1], 0], x.shape)]
  },
})
