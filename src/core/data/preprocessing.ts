import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import type { Size } from './image'

const pixels = z.number().int().min(1).max(8192)
const size = z.object({ width: pixels, height: pixels }).readonly()
const perChannel = (value: z.ZodNumber) => z.tuple([value, value, value]).readonly()

/**
 * What is done to a picture before a model sees it, in this order: resize, crop the centre, divide by 255, subtract `mean`, divide by `std` (RGB).
 * The words and the arithmetic are torchvision's.
 */
export const preprocessingSchema = z
  .object({
    resize: z
      .union([z.object({ shortSide: pixels }).readonly(), size])
      .nullable()
      .default(null)
      .describe('Short side, or width and height, in pixels'),
    crop: size.nullable().default(null).describe('Center crop after resizing'),
    mean: perChannel(z.number().min(0).max(1)).describe('Subtracted from RGB / 255'),
    std: perChannel(z.number().positive()).describe('Divides the result'),
    interpolation: z.literal('bilinear').default('bilinear').describe('Antialias when downscaling, as Pillow does'),
  })
  .readonly()
  .refine(({ resize, crop }) => !(resize && 'shortSide' in resize && !crop), {
    message: 'a short side alone leaves the other side variable: add a crop',
    path: ['crop'],
  })

export type Preprocessing = z.infer<typeof preprocessingSchema>

const imagenetStatistics = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const
const cifarStatistics = { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] } as const

const shared = { interpolation: 'bilinear' } as const

/** The two habits of the field: torchvision's ImageNet evaluation, and CIFAR-10 at its own size. */
export const preprocessingPresets = {
  imagenet: { resize: { shortSide: 256 }, crop: { width: 224, height: 224 }, ...imagenetStatistics, ...shared },
  cifar: { resize: { width: 32, height: 32 }, crop: null, ...cifarStatistics, ...shared },
} as const satisfies Record<string, Preprocessing>

/** Width and height that the model receives, or null when a picture keeps its own. */
export function preprocessedSize({ resize, crop }: Preprocessing): Size | null {
  if (crop) return crop
  return resize && 'width' in resize ? resize : null
}

/** Largest side at which CIFAR's statistics are likelier than ImageNet's. */
const smallSide = 48

/** ImageNet's share of the short side that the centre crop keeps. */
const keptShare = 224 / 256

export interface GuessedPreprocessing {
  readonly preprocessing: Preprocessing
  readonly warning: string
}

/** Preprocessing for a model that does not say it, by the size of its input alone. */
export function guessPreprocessing(inputHeight: number, inputWidth: number): GuessedPreprocessing {
  const preprocessing = guess(inputHeight, inputWidth)
  return {
    preprocessing,
    warning: `the model does not define its preprocessing; guessed from its ${inputWidth}×${inputHeight} input: ${describePreprocessing(preprocessing)}`,
  }
}

function guess(height: number, width: number): Preprocessing {
  if (height <= smallSide && width <= smallSide) return { ...preprocessingPresets.cifar, resize: { width, height } }
  if (height !== width) return { ...preprocessingPresets.imagenet, resize: { width, height }, crop: null }
  return {
    ...preprocessingPresets.imagenet,
    resize: { shortSide: Math.round(width / keptShare) },
    crop: { width, height },
  }
}

/** One line for people, such as `short side 256, centre crop 224×224, mean 0.485 0.456 0.406, std 0.229 0.224 0.225`. */
function describePreprocessing({ resize, crop, mean, std }: Preprocessing): string {
  const resizing =
    resize && ('shortSide' in resize ? `short side ${resize.shortSide}` : `resized to ${resize.width}×${resize.height}`)
  const parts = [
    resizing,
    crop && `center crop ${crop.width}×${crop.height}`,
    `mean ${mean.join(' ')}`,
    `std ${std.join(' ')}`,
  ]
  return parts.filter(Boolean).join(', ')
}

/** Throws `badInput` when what a model receives is not of the size that its input declares. */
export function assertFits(preprocessing: Preprocessing, input: Size, modelName: string): void {
  const size = preprocessedSize(preprocessing)
  if (!size || (size.width === input.width && size.height === input.height)) return
  throw new NNOptError(
    'badInput',
    `model '${modelName}': expected images of ${input.width}×${input.height} (its input), but the preprocessing produces ${size.width}×${size.height}`,
  )
}
