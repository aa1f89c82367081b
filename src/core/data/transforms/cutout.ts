import { z } from 'zod'
import { channels } from '../image'
import { defineTransform, fraction } from './transform'

/** Grey near the mean of natural pictures, so that the square is close to 0 after normalisation. */
const meanGrey = 124

/** Covers a square around a random pixel, cut off at the edges (DeVries and Taylor 2017). */
export const cutout = defineTransform({
  id: 'cutout',
  label: 'Cutout',
  help: 'Masks a random square',
  params: z.object({
    size: fraction(0.5).describe('Side of the square, as a fraction of the short side'),
    probability: fraction(1).describe('Probability of masking an image'),
    fill: z.number().int().min(0).max(255).default(meanGrey).describe('Brightness of the square'),
  }),
  apply: (image, { size, probability, fill }, random) => {
    if (random.uniform() >= probability) return image
    const { width, height } = image
    const side = Math.round(size * Math.min(width, height))
    const left = random.integer(width) - Math.floor(side / 2)
    const top = random.integer(height) - Math.floor(side / 2)
    const [from, to] = [Math.max(0, left), Math.min(width, left + side)]
    const data = image.data.slice()
    for (let y = Math.max(0, top); y < Math.min(height, top + side); y++)
      data.fill(fill, (y * width + from) * channels, (y * width + to) * channels)
    return { width, height, data }
  },
})
