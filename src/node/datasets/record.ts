import type { DatasetFacts, DatasetRecord as SharedRecord } from '../../shared/types/dataset'

export type { DatasetFacts } from '../../shared/types/dataset'

/** How the images are stored in the dataset's folder. */
export type Storage = DatasetFacts['storage']

/** A dataset and its folder in the workspace. */
export interface StoredDataset extends SharedRecord {
  readonly folder: string
  readonly facts?: DatasetFacts
}

export interface DatasetRecord extends StoredDataset {
  readonly facts: DatasetFacts
}

export const maxListedProblems = 1000
