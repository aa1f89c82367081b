import { NNOptError } from '../../../shared/errors'
import { isPrintable } from '../../../shared/printable'
import { splits } from '../../../shared/types/dataset'
import type { Problem, Split } from '../../../shared/types/dataset'
import { compareText } from '../../../core/data/splits'
import type { ClassFolder, PlacedImages, PlacedImage } from './placeImages'

/** A classifier needs at least two classes. */
const fewestClasses = 2

/** Class names in label order: sorted by UTF-16 code units, as Python's `sorted`. */
export const classNames = ({ images, folders }: PlacedImages): readonly string[] =>
  [...new Set([...images, ...folders].map(({ className }) => className))].sort(compareText)

/**
 * Throws `badInput` if a class has no image in one of the sources' splits, naming both, or if there are fewer than two
 * classes. `unreadable` explains missing images.
 */
export function assertClasses(placed: PlacedImages, unreadable: readonly UnreadableImage[] = []): void {
  const classes = classNames(placed)
  if (classes.length < fewestClasses)
    throw new NNOptError(
      'badInput',
      `expected at least ${fewestClasses} class folders, got ${classes.length} (${classes.join(', ')})`,
    )
  assertPrintable(classes)
  const present = [...splits, null].filter(
    (split) =>
      placed.images.some((image) => image.split === split) || unreadable.some(({ image }) => image.split === split),
  )
  for (const split of present) assertSplit(split, placed, classes, unreadable)
}

function assertPrintable(classes: readonly string[]): void {
  const wrong = classes.find((name) => !isPrintable(name))
  if (wrong === undefined) return
  throw new NNOptError('badInput', `class '${wrong}': expected a name without control characters; rename it`, {
    class: wrong,
  })
}

export interface UnreadableImage extends Problem {
  readonly image: PlacedImage
}

function assertSplit(
  split: Split | null,
  { images, folders }: PlacedImages,
  classes: readonly string[],
  unreadable: readonly UnreadableImage[],
): void {
  const having = new Set(images.filter((image) => image.split === split).map(({ className }) => className))
  const empty = classes.find((className) => !having.has(className))
  if (empty === undefined) return
  const lost = unreadable.filter(({ image }) => image.split === split && image.className === empty)
  const folder = folders.find((candidate) => candidate.split === split && candidate.className === empty)
  throw new NNOptError('badInput', emptyClassMessage(empty, split, having.size, classes.length, lost, folder), {
    class: empty,
    split,
  })
}

function emptyClassMessage(
  className: string,
  split: Split | null,
  found: number,
  classes: number,
  lost: readonly UnreadableImage[],
  folder: ClassFolder | undefined,
): string {
  const where = split === null ? '' : ` in split '${split}'`
  if (lost.length > 0)
    return `class '${className}' has no readable images${where}: ${lost.length} cannot be read, the first is '${lost[0]!.path}' (${lost[0]!.reason})`
  if (folder)
    return `class '${className}' has no images${where}: its folder '${folder.path}' contains no JPEG, PNG or WebP files; add images or remove the folder`
  return `class '${className}' has no folder${where}: expected the same ${classes} classes in every split, got ${found}; add the folder '${split ?? ''}/${className}' with images`
}
