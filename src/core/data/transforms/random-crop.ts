import { z } from 'zod'
import { NNOptError } from '../../../shared/errors'
import { cropped } from '../image'
import { defineTransform } from './transform'

/** Moves a window over the padded picture (torchvision RandomCrop with padding; He et al. 2015, section 4.2). */
export const randomCrop = defineTransform({
  id: 'random-crop',
  label: 'Random crop',
  help: 'Pads the image and crops a random window',
  params: z.object({
    padding: z.number().int().min(0).max(256).default(4).describe('Pixels added on each side').meta({ unit: 'px' }),
    size: z
      .number()
      .int()
      .min(1)
      .max(4096)
      .nullable()
      .default(null)
      .describe('Side of the window; null keeps the image size')
      .meta({ unit: 'px' }),
    fill: z.number().int().min(0).max(255).default(0).describe('Brightness of the padding'),
  }),
  apply: (image, { padding, size, fill }, random) => {
    const [width, height] = [size ?? image.width, size ?? image.height]
    const [freeX, freeY] = [image.width + 2 * padding - width, image.height + 2 * padding - height]
    if (freeX < 0 || freeY < 0) {
      throw new NNOptError(
        'wrongCall',
        `transform 'random-crop': a window of ${width}×${height} does not fit into an image of ${image.width}×${image.height} with a padding of ${padding}; resize first`,
      )
    }
    const top = random.integer(freeY + 1) - padding
    const left = random.integer(freeX + 1) - padding
    return cropped(image, { left, top, width, height }, fill)
  },
})
