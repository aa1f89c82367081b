import type { Tensor4D } from '@tensorflow/tfjs-core'
import { broadcastTo, div, mean } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { defineOperator } from './operator'
import { atLeast } from '../../shared/atLeast'

/** Mean over height and width, kept as 1×1. */
export const globalAveragePoolOperator = defineOperator({
  id: 'GlobalAveragePool',
  attributes: z.object({}),
  layout: 'channelsLast',
  quantization: 'arithmetic',
  channels: 'window',
  homogeneous: true,
  transparent: true,
  shape: ({ shapes }) => [[shapes[0][0]!, shapes[0][1]!, 1, 1]],
  forward: ({ inputs }) => [mean(inputs[0] as Tensor4D, [1, 2], true)],
  gradientReads: {},
  gradient: ({ dOutputs, physicalShapes }) => {
    const [, height, width] = atLeast(3, physicalShapes[0])
    return [broadcastTo(div(dOutputs[0], height * width), [...physicalShapes[0]])]
  },
})
