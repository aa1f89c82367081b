import { basename } from 'node:path'
import { NNOptError } from '../../../shared/errors'
import type { Split } from '../../../shared/types/dataset'
import type { FoundImage, Listing } from '../formats/format'
import { splitNamed } from '../splitNames'

/** A source and its contents. */
export interface ListedSource {
  /** As given by the user. */
  readonly path: string
  readonly listing: Listing
}

/** An image with its class. */
export interface PlacedImage extends FoundImage {
  readonly className: string
  /** Path below the class folder: with the class, it identifies the image wherever the source is. */
  readonly key: string
  /** null if the source has no split folders. */
  readonly split: Split | null
}

/** A class folder of the source, with or without images. */
export interface ClassFolder {
  readonly className: string
  readonly split: Split | null
  readonly path: string
}

export interface PlacedImages {
  readonly images: readonly PlacedImage[]
  readonly folders: readonly ClassFolder[]
}

const expected = 'expected train|val|test/<class>/<image>, or <class>/<image>'

/**
 * Finds split and class of every image of a source, by its labels or else by its folders: `train|val|test/<class>/…`, or `<class>/…`, either inside one folder that holds all.
 * A source that is itself called train, val or test and holds class folders is that split. Throws `badInput` naming the first path that does not fit.
 */
export function placeImages({ path, listing }: ListedSource): PlacedImages {
  if (listing.images.length === 0 && listing.folders.length === 0)
    throw new NNOptError('badInput', `'${path}' contains no images: ${expected} with JPEG, PNG or WebP files`, { path })
  if (listing.images.some(({ label }) => label)) return { images: labelledImages(path, listing), folders: [] }
  const depth = isWrapped(listing) ? 1 : 0
  const tops = topFolders(listing, depth)
  const hasSplits = tops.length > 0 && tops.every((name) => splitNamed(name) !== undefined)
  if (!hasSplits) assertNoSplit(path, tops)
  const levels = {
    depth,
    hasSplits,
    ownSplit: hasSplits ? null : (splitNamed(basename(path).replace(/\.(tar\.gz|tgz|tar|zip)$/i, '')) ?? null),
  }
  return {
    images: listing.images.map((image) => place(path, image, levels)),
    folders: listing.folders.flatMap((folder) => classFolder(folder, levels)),
  }
}

const labelledImages = (source: string, { images }: Listing): readonly PlacedImage[] =>
  images.map((image) => {
    if (!image.label)
      throw new NNOptError('internal', `'${source}': image '${image.path}': expected a label, as other images have one`)
    return { ...image, ...image.label, key: image.path }
  })

interface Levels {
  /** Number of folders enclosing the splits or classes: 0 or 1. */
  readonly depth: number
  readonly hasSplits: boolean
  readonly ownSplit: Split | null
}

/** Whether everything is in one folder that is neither a split nor, because it contains images, a class. */
function isWrapped({ images, folders }: Listing): boolean {
  const tops = new Set([...images.map(({ path }) => path), ...folders].map((path) => path.split('/', 1)[0]))
  const [only, other] = tops
  if (only === undefined || other !== undefined) return false
  return splitNamed(only) === undefined && images.every(({ path }) => path.split('/').length > 2)
}

/** Folder names at the level of splits or classes: those with images, or all if none has images. */
function topFolders({ images, folders }: Listing, depth: number): readonly string[] {
  const ofImages = images.map(({ path }) => path.split('/').slice(depth, -1)[0])
  const ofFolders = folders.map((path) => path.split('/')[depth])
  return [...new Set((images.length > 0 ? ofImages : ofFolders).filter((name) => name !== undefined))]
}

function assertNoSplit(path: string, tops: readonly string[]): void {
  const split = tops.find((name) => splitNamed(name) !== undefined)
  const other = tops.find((name) => splitNamed(name) === undefined)
  if (split !== undefined && other !== undefined)
    throw new NNOptError(
      'badInput',
      `'${path}' contains both the split folder '${split}' and the folder '${other}': ${expected}, not both`,
      { path },
    )
}

function place(source: string, image: FoundImage, { depth, hasSplits, ownSplit }: Levels): PlacedImage {
  const parts = image.path.split('/').slice(depth)
  const split = hasSplits ? (splitNamed(parts[0]!) ?? null) : ownSplit
  const [className = '', ...rest] = hasSplits ? parts.slice(1) : parts
  if (rest.length === 0)
    throw new NNOptError('badInput', `'${source}': image '${image.path}' is not in a class folder: ${expected}`, {
      path: source,
      image: image.path,
    })
  return { ...image, className, key: rest.join('/'), split }
}

function classFolder(folder: string, { depth, hasSplits, ownSplit }: Levels): readonly ClassFolder[] {
  const parts = folder.split('/').slice(depth)
  const split = hasSplits ? splitNamed(parts[0]!) : ownSplit
  const className = parts[hasSplits ? 1 : 0]!
  const isClass = parts.length === (hasSplits ? 2 : 1) && split !== undefined
  return isClass ? [{ className, split, path: folder }] : []
}
