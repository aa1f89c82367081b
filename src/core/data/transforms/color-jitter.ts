import { z } from 'zod'
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from '../color'
import type { RgbImage } from '../image'
import type { Random } from '../random'
import { shuffled } from '../random'
import { between, defineTransform } from './transform'

const strength = (initial: number): z.ZodDefault<z.ZodNumber> => z.number().min(0).max(2).default(initial)

/** A factor around 1, never below 0. */
const factor = (random: Random, amount: number): number => between(random, Math.max(0, 1 - amount), 1 + amount)

/** Brightness, contrast, saturation and hue by random factors in random order (torchvision ColorJitter on PIL pictures). */
export const colorJitter = defineTransform({
  id: 'color-jitter',
  label: 'Color jitter',
  help: 'Changes brightness, contrast, saturation and hue randomly',
  params: z.object({
    brightness: strength(0.2).describe('Maximum change, as a factor of 1 ± this value'),
    contrast: strength(0.2).describe('Maximum change, as a factor of 1 ± this value'),
    saturation: strength(0.2).describe('Maximum change, as a factor of 1 ± this value'),
    hue: z.number().min(0).max(0.5).default(0).describe('Maximum hue shift, as a fraction of the color wheel'),
  }),
  apply: (image, { brightness, contrast, saturation, hue }, random) => {
    const steps: readonly ((picture: RgbImage) => RgbImage)[] = [
      (picture) => (brightness > 0 ? adjustBrightness(picture, factor(random, brightness)) : picture),
      (picture) => (contrast > 0 ? adjustContrast(picture, factor(random, contrast)) : picture),
      (picture) => (saturation > 0 ? adjustSaturation(picture, factor(random, saturation)) : picture),
      (picture) => (hue > 0 ? adjustHue(picture, between(random, -hue, hue)) : picture),
    ]
    return [...shuffled(steps.length, random)].reduce((picture, step) => steps[step]!(picture), image)
  },
})
