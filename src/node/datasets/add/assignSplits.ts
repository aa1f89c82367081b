import { holdOut } from '../../../core/data/splits'
import type { Split } from '../../../shared/types/dataset'
import type { PlacedImage } from './placeImages'

/** As in CIFAR-10, 5,000 of 50,000, for every dataset. */
const heldOutShare = { val: 0.1, test: 0.1 } as const

/**
 * The split of every image. Splits in the sources are kept. Without split folders, a seeded test split is taken; if
 * there is no validation split, one is taken from the training images.
 */
export function assignSplits(images: readonly PlacedImage[], seed: number): readonly Split[] {
  const given = images.map(({ split }) => split)
  const named = given.every((split) => split !== null)
    ? given
    : take(
        images,
        given.map(() => 'train'),
        'test',
        heldOutShare.test,
        seed,
      )
  return named.includes('val')
    ? named
    : take(images, named, 'val', heldOutShare.val / (given.includes(null) ? 1 - heldOutShare.test : 1), seed)
}

/** Moves a share of the training images to another split. */
function take(
  images: readonly PlacedImage[],
  current: readonly Split[],
  target: Split,
  share: number,
  seed: number,
): readonly Split[] {
  const train = current.flatMap((split, index) => (split === 'train' ? [index] : []))
  const chosen = new Set(
    holdOut(
      train.map((index) => images[index]!),
      share,
      seed,
    ).map((position) => train[position]),
  )
  return current.map((split, index) => (chosen.has(index) ? target : split))
}
