import { z } from 'zod'
import { hashText } from './hashText'
import { sameSize } from './image'
import type { RgbImage, Size } from './image'
import { createRandom } from './random'
import { resizeBilinear } from './resize/index'
import { transforms } from './transforms/index'

/** One step of an augmentation: a transform and its parameters; absent parameters take their defaults. */
export const augmentStep = z
  .object({ id: z.string(), params: z.record(z.string(), z.unknown()).default({}) })
  .readonly()

export type AugmentStep = z.infer<typeof augmentStep>

export interface AugmentKey {
  readonly seed: number
  readonly epoch: number
  readonly sample: number
}

export type Augmentation = (image: RgbImage, key: AugmentKey, size: Size) => RgbImage

/** The steps with all their parameters; throws `notFound` or `wrongCall` naming the step. */
export const parseAugmentation = (steps: readonly AugmentStep[]): readonly AugmentStep[] =>
  steps.map(({ id, params }) => ({ id, params: transforms.get(id).parse(params) }))

/** Steps as one function. A picture that ends in another size than the model's is resized. Each step draws from its own stream, keyed by (seed, epoch, sample, step). */
export function bindAugmentation(steps: readonly AugmentStep[]): Augmentation {
  const bound = steps.map(({ id, params }, position) => ({
    apply: transforms.get(id).bind(params),
    key: hashText(id, position),
  }))
  return (image, { seed, epoch, sample }, size) => {
    const result = bound.reduce(
      (picture, { apply, key }) => apply(picture, createRandom(seed, epoch, sample, key), size),
      image,
    )
    return sameSize(result, size) ? result : resizeBilinear(result, size.width, size.height)
  }
}

/** Side up to which pictures are moved by a few pixels instead of zoomed. */
const smallSide = 64

/** The usual steps for a model of this input size: shifted crops and flips for small pictures, zoomed crops and flips for large ones. */
export function defaultAugmentation(size: Size): readonly AugmentStep[] {
  const crop = Math.min(size.width, size.height) <= smallSide ? 'random-crop' : 'random-resized-crop'
  return parseAugmentation([
    { id: crop, params: {} },
    { id: 'horizontal-flip', params: {} },
  ])
}

/** For a network that is trained already and sees few images: large pictures as in inference, flipped at random; small ones as usual. */
export function fineTuningAugmentation(size: Size, geometry: readonly AugmentStep[]): readonly AugmentStep[] {
  return Math.min(size.width, size.height) <= smallSide
    ? defaultAugmentation(size)
    : [...geometry, ...parseAugmentation([{ id: 'horizontal-flip', params: {} }])]
}
