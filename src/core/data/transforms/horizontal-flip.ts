import { z } from 'zod'
import { channels } from '../image'
import type { RgbImage } from '../image'
import { defineTransform, fraction } from './transform'

/** Mirrors left and right (torchvision RandomHorizontalFlip). */
export const horizontalFlip = defineTransform({
  id: 'horizontal-flip',
  label: 'Horizontal flip',
  help: 'Flips images left to right',
  params: z.object({ probability: fraction(0.5).describe('Probability of flipping an image') }),
  apply: (image, { probability }, random) => (random.uniform() < probability ? mirrored(image) : image),
})

function mirrored({ width, height, data }: RgbImage): RgbImage {
  const flipped = new Uint8Array(data.length)
  for (let y = 0; y < height; y++) {
    let source = (y + 1) * width * channels - channels
    let target = y * width * channels
    for (let x = 0; x < width; x++, source -= channels, target += channels) {
      flipped[target] = data[source]!
      flipped[target + 1] = data[source + 1]!
      flipped[target + 2] = data[source + 2]!
    }
  }
  return { width, height, data: flipped }
}
