import type { DatasetFacts, DatasetRecord as SharedRecord } from '../../shared/types/dataset'

export type { DatasetFacts } from '../../shared/types/dataset'

/** How the images are kept in the dataset's folder. */
export type Storage = DatasetFacts['storage']

/** A dataset and the folder in the workspace that holds it. */
export interface StoredDataset extends SharedRecord {
  readonly folder: string
}

export interface DatasetRecord extends StoredDataset {
  readonly facts: DatasetFacts
}

export const maxListedProblems = 1000
