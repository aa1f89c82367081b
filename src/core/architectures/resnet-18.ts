import { z } from 'zod'
import { GraphBuilder } from './graphBuilder'
import { commonParams, defineArchitecture } from './architecture'
import { layerOf } from './resnet'

/** ResNet-18 (He et al., 2016) with torchvision's names; the small stem (3×3, no pooling) suits 32×32 images. */
export const resnet18 = defineArchitecture({
  id: 'resnet-18',
  label: 'ResNet-18',
  params: z.object({
    ...commonParams,
    smallStem: z.boolean().default(true).describe('Use a 3×3 stem without downsampling, for images of about 32×32'),
  }),
  build: ({ classes, size, smallStem }, random) => {
    const builder = new GraphBuilder(random, { channels: 3, size })
    const stem = builder.conv('conv1', 'input', 64, smallStem ? { kernel: 3 } : { kernel: 7, stride: 2 })
    const active = builder.relu('relu', builder.batchNorm('bn1', stem))
    const start = smallStem ? active : builder.maxPool('maxpool', active, 3, 2, 1)
    const end = [64, 128, 256, 512].reduce(
      (x, out, index) => layerOf(builder, `layer${index + 1}`, x, out, 2, index === 0 ? 1 : 2),
      start,
    )
    return builder.build('resnet-18', builder.linear('fc', builder.pool('avgpool', end), classes), classes)
  },
})
