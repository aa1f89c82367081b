import { NNOptError } from '../../../shared/errors'
import type { Picture, Split } from '../../../shared/types'
import type { Dataset } from '../../datasets/read/openDataset'
import { readSampleFile } from '../../datasets/read/sampleFile'
import type { Inspection } from '../inspection'
import { openedDataset } from '../openedDataset'
import { shrunk } from '../shrink'

/** A page of a split, or of one class in it. */
export const browse: Inspection<'datasets.browse'> = async (
  { store },
  { name, split, className, offset, limit, side },
) => {
  const dataset = await openedDataset(store, name)
  const positions = className === undefined ? undefined : positionsOf(dataset, split, className)
  const total = positions?.length ?? dataset.size(split)
  const wanted = Array.from(
    { length: Math.max(0, Math.min(limit, total - offset)) },
    (_, at) => positions?.[offset + at] ?? offset + at,
  )
  return { total, pictures: await picturesOf(dataset, split, wanted, side) }
}

/** Given indices of a split. */
export const pictures: Inspection<'datasets.pictures'> = async ({ store }, { name, split, indices, side }) =>
  picturesOf(await openedDataset(store, name), split, indices, side)

const byClass = new WeakMap<Dataset, Map<string, readonly number[]>>()

function positionsOf(dataset: Dataset, split: Split, className: string): readonly number[] {
  const label = dataset.record.classes.indexOf(className)
  if (label < 0)
    throw new NNOptError(
      'notFound',
      `dataset '${dataset.record.name}' has no class '${className}': expected one of ${dataset.record.classes.slice(0, 10).join(', ')}`,
    )
  const known = byClass.get(dataset) ?? new Map<string, readonly number[]>()
  byClass.set(dataset, known)
  const key = `${split} ${label}`
  const positions =
    known.get(key) ?? [...dataset.labels(split).entries()].flatMap(([index, found]) => (found === label ? [index] : []))
  known.set(key, positions)
  return positions
}

const picturesOf = (
  dataset: Dataset,
  split: Split,
  indices: readonly number[],
  side: number,
): Promise<readonly Picture[]> => Promise.all(indices.map((index) => pictureOf(dataset, split, index, side)))

const nothing = new Uint8Array()

/** A file that disappeared or broke since the dataset was added is reported in its place; the others are shown. */
async function pictureOf(dataset: Dataset, split: Split, index: number, side: number): Promise<Picture> {
  const path = dataset.sampleKey(split, index)
  const className = dataset.record.classes[dataset.labels(split)[index]!]!
  try {
    const file = await readSampleFile(dataset, split, index)
    return { index, path, className, problem: null, ...(await shrunk(file, side)) }
  } catch (error) {
    return {
      index,
      path,
      className,
      width: 0,
      height: 0,
      mimeType: '',
      bytes: nothing,
      problem: error instanceof Error ? error.message : String(error),
    }
  }
}
