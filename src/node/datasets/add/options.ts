import type { Progress } from '../../../shared/types/progress'

export interface AddDatasetOptions {
  readonly name: string
  /** A folder or archive, or several whose splits belong together. */
  readonly path: string | readonly string[]
  /** Id of a format for all of them; absent or 'auto': found for each. */
  readonly format?: string | undefined
  /** Settings of that format. */
  readonly formatParams?: Readonly<Record<string, unknown>> | undefined
  /** Decides which images are held out where the sources do not say. */
  readonly seed: number
  /** Where the dataset is to be; it must not exist, or be empty. */
  readonly folder: string
  readonly workers?: number | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}
