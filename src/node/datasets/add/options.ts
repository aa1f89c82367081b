import type { Progress } from '../../../shared/types/progress'

export interface AddDatasetOptions {
  readonly name: string
  /** A folder or archive, or several whose splits belong together. */
  readonly path: string | readonly string[]
  /** Decides which images are held out where the sources do not say. */
  readonly seed: number
  /** Where the dataset is to be; it must not exist, or be empty. */
  readonly folder: string
  readonly workers?: number | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}
