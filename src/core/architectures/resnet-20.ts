import { z } from 'zod'
import { GraphBuilder } from './graphBuilder'
import { commonParams, defineArchitecture } from './architecture'
import { layerOf } from './resnet'

/** The 20-layer CIFAR network of He et al., 2016, section 4.2, with projection shortcuts. */
export const resnet20 = defineArchitecture({
  id: 'resnet-20',
  label: 'ResNet-20',
  params: z.object(commonParams),
  build: ({ classes, size }, random) => {
    const builder = new GraphBuilder(random, { channels: 3, size })
    const start = builder.relu('relu', builder.batchNorm('bn1', builder.conv('conv1', 'input', 16, { kernel: 3 })))
    const end = [16, 32, 64].reduce(
      (x, out, index) => layerOf(builder, `layer${index + 1}`, x, out, 3, index === 0 ? 1 : 2),
      start,
    )
    return builder.build('resnet-20', builder.linear('fc', builder.pool('avgpool', end), classes), classes)
  },
})
