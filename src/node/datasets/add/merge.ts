import { NNOptError } from '../../../shared/errors'
import { placeImages } from './placeImages'
import type { PlacedImages, ListedSource, PlacedImage } from './placeImages'

/** The images of all sources as one. Throws `badInput` when only some have splits, or when two bring the same image. */
export function mergeSources(sources: readonly ListedSource[]): PlacedImages {
  const placed = sources.map((source) => ({ source: source.path, ...placeImages(source) }))
  const withSplits = placed.find(({ images }) => images.some(({ split }) => split !== null))
  const without = placed.find(({ images }) => images.some(({ split }) => split === null))
  if (withSplits && without) {
    throw new NNOptError(
      'badInput',
      `'${without.source}' has no train|val|test folder, but '${withSplits.source}' does: expected split folders in every source, or in none`,
    )
  }
  const merged = { images: placed.flatMap(({ images }) => images), folders: placed.flatMap(({ folders }) => folders) }
  if (merged.images.length === 0)
    throw new NNOptError(
      'badInput',
      `${sources.map(({ path }) => `'${path}'`).join(', ')}: no images found: expected train|val|test/<class>/<image>, or <class>/<image>, as JPEG, PNG or WebP`,
    )
  assertNoTwins(merged.images)
  return merged
}

/** The name of an image, independent of where its source is. */
const imageName = ({ split, className, key }: Pick<PlacedImage, 'split' | 'className' | 'key'>): string =>
  split === null ? `${className}/${key}` : `${split}/${className}/${key}`

function assertNoTwins(images: readonly PlacedImage[]): void {
  const seen = new Set<string>()
  for (const image of images) {
    const name = imageName(image)
    if (seen.has(name))
      throw new NNOptError(
        'badInput',
        `image '${name}' occurs twice: expected every image once; pass each folder or archive once`,
        { image: name },
      )
    seen.add(name)
  }
}
