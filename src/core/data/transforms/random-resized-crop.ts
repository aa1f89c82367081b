import { z } from 'zod'
import { cropped } from '../image'
import type { Size, Window } from '../image'
import type { Random } from '../random'
import { resizeBilinear } from '../resize/index'
import { between, defineTransform } from './transform'

/** Draws before the largest crop within the ratios is taken instead, as in torchvision. */
const attempts = 10

interface Params {
  readonly minScale: number
  readonly maxScale: number
  readonly minRatio: number
  readonly maxRatio: number
}

/** A window of random area and shape, resized to the size of the model (torchvision RandomResizedCrop; Szegedy et al. 2014). */
export const randomResizedCrop = defineTransform({
  id: 'random-resized-crop',
  label: 'Random resized crop',
  help: 'Crops a window of random area and aspect ratio and resizes it to the model input',
  params: z
    .object({
      minScale: z.number().min(0.01).max(1).default(0.08).describe('Smallest share of the image area'),
      maxScale: z.number().min(0.01).max(1).default(1).describe('Largest share of the image area'),
      minRatio: z
        .number()
        .min(0.1)
        .max(10)
        .default(3 / 4)
        .describe('Smallest aspect ratio (width / height)'),
      maxRatio: z
        .number()
        .min(0.1)
        .max(10)
        .default(4 / 3)
        .describe('Largest aspect ratio (width / height)'),
    })
    .refine(({ minScale, maxScale }) => minScale <= maxScale, {
      path: ['minScale'],
      message: 'expected at most maxScale',
    })
    .refine(({ minRatio, maxRatio }) => minRatio <= maxRatio, {
      path: ['minRatio'],
      message: 'expected at most maxRatio',
    }),
  apply: (image, params, random, size) =>
    resizeBilinear(cropped(image, randomWindow(image, params, random)), size.width, size.height),
})

function randomWindow(image: Size, { minScale, maxScale, minRatio, maxRatio }: Params, random: Random): Window {
  const area = image.width * image.height
  for (let attempt = 0; attempt < attempts; attempt++) {
    const targetArea = area * between(random, minScale, maxScale)
    const ratio = Math.exp(between(random, Math.log(minRatio), Math.log(maxRatio)))
    const width = Math.round(Math.sqrt(targetArea * ratio))
    const height = Math.round(Math.sqrt(targetArea / ratio))
    if (width > 0 && height > 0 && width <= image.width && height <= image.height) {
      return {
        top: random.integer(image.height - height + 1),
        left: random.integer(image.width - width + 1),
        width,
        height,
      }
    }
  }
  return largestWindow(image, minRatio, maxRatio)
}

function largestWindow(image: Size, minRatio: number, maxRatio: number): Window {
  const ratio = image.width / image.height
  const width = ratio > maxRatio ? Math.max(1, Math.round(image.height * maxRatio)) : image.width
  const height = ratio < minRatio ? Math.max(1, Math.round(image.width / minRatio)) : image.height
  return { left: Math.floor((image.width - width) / 2), top: Math.floor((image.height - height) / 2), width, height }
}
