import { z } from 'zod'
import { GraphBuilder } from './graphBuilder'
import { commonParams, defineArchitecture } from './architecture'

/** Two convolutions, a depthwise one and a linear layer: trains in seconds. For tests and first steps. */
export const tinyCnn = defineArchitecture({
  id: 'tiny-cnn',
  label: 'Tiny CNN',
  params: z.object({
    ...commonParams,
    channels: z.number().int().min(1).default(16).describe('Output channels of the first convolution'),
  }),
  build: ({ classes, size, channels }, random) => {
    const builder = new GraphBuilder(random, { channels: 3, size })
    const layer = (name: string, x: string, out: number, stride: number, groups = 1): string =>
      builder.relu(
        `${name}.relu`,
        builder.batchNorm(`${name}.norm`, builder.conv(`${name}.conv`, x, out, { kernel: 3, stride, groups })),
      )
    const stem = layer('stem', 'input', channels, 2)
    const mixed = layer('depthwise', stem, channels, 1, channels)
    const wide = layer('wide', mixed, channels * 2, 2)
    return builder.build('tiny-cnn', builder.linear('classifier', builder.pool('pool', wide), classes), classes)
  },
})
