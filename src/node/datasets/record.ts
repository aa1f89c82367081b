import type { DatasetRecord as SharedRecord } from '../../shared/types/dataset'

type Triple = readonly [number, number, number]

/**
 * How the images are kept in the data set's folder: `pixels` decoded RGB in one file (images of at most 64×64) ·
 * `archive` the encoded files in one file · `folder` where they were found.
 */
export type Storage = 'pixels' | 'archive' | 'folder'

/** What was seen while every image was decoded once. */
export interface DatasetFacts {
  readonly storage: Storage
  /** What the data set takes up in the workspace. */
  readonly sizeBytes: number
  readonly imageSize: { readonly minWidth: number; readonly maxWidth: number; readonly minHeight: number; readonly maxHeight: number }
  /** Mean and standard deviation of RGB / 255 over every pixel of every split. */
  readonly pixels: { readonly mean: Triple; readonly std: Triple }
  /** Images left out: all of them are in `problems`, up to `maxListedProblems`. */
  readonly skipped: number
  readonly warnings: readonly string[]
}

/** A data set and the folder in the workspace that holds it. */
export interface StoredDataset extends SharedRecord {
  readonly folder: string
}

export interface DatasetRecord extends StoredDataset {
  readonly facts: DatasetFacts
}

export const maxListedProblems = 1000
