import type { Split } from '../../../shared/types/dataset'
import type { ListedSource } from './placeImages'
import type { InspectedImage } from './inspectImages'

export interface SplitImage extends InspectedImage {
  readonly split: Split
}

/** Problems of a dataset that is usable nevertheless. */
export function datasetWarnings(
  images: readonly SplitImage[],
  classes: readonly string[],
  sources: readonly ListedSource[],
): readonly string[] {
  return [...missingSplits(images), ...thinClasses(images, classes), ...sharedImages(images), ...otherFiles(sources)]
}

const count = (images: readonly SplitImage[], split: Split): number =>
  images.filter((image) => image.split === split).length

function missingSplits(images: readonly SplitImage[]): readonly string[] {
  const warnings: string[] = []
  if (count(images, 'train') === 0)
    warnings.push(
      "there are no training images: this dataset can be used to evaluate models, but not to train or calibrate them; to change that, add a 'train' folder",
    )
  if (count(images, 'test') === 0)
    warnings.push(
      "there are no test images: finished models cannot be evaluated on this dataset; to change that, add a 'test' folder",
    )
  if (count(images, 'train') > 0 && count(images, 'val') === 0)
    warnings.push('there are too few training images to split off a validation set')
  return warnings
}

/** A class with a single training image contributes none to the validation split. */
function thinClasses(images: readonly SplitImage[], classes: readonly string[]): readonly string[] {
  const having = new Set(images.filter(({ split }) => split === 'val').map(({ className }) => className))
  const lacking = having.size === 0 ? [] : classes.filter((className) => !having.has(className))
  return lacking.length === 0
    ? []
    : [
        `the validation split has no images of ${lacking
          .slice(0, 3)
          .map((name) => `'${name}'`)
          .join(', ')}${lacking.length > 3 ? ` and ${lacking.length - 3} more classes` : ''}: too few training images`,
      ]
}

/** A file in both training and test splits inflates accuracy. */
function sharedImages(images: readonly SplitImage[]): readonly string[] {
  const training = new Set(images.filter(({ split }) => split === 'train').map(({ sha256 }) => sha256))
  const shared = images.filter(({ split, sha256 }) => split !== 'train' && training.has(sha256))
  return shared.length === 0
    ? []
    : [
        `${shared.length} ${shared.length === 1 ? 'image' : 'images'} of the validation and test splits also occur in the training split, the first is '${shared[0]!.path}'`,
      ]
}

function otherFiles(sources: readonly ListedSource[]): readonly string[] {
  const files = sources.flatMap(({ listing }) => listing.otherFiles)
  return files.length === 0
    ? []
    : [
        `${files.length} ${files.length === 1 ? 'file is not an image and was' : 'files are not images and were'} skipped, the first is '${files[0]}'`,
      ]
}
