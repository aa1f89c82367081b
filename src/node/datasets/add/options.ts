import type { Progress } from '../../../shared/types/progress'

export interface AddDatasetOptions {
  readonly name: string
  /** A folder or archive, or several that together contain the splits. */
  readonly path: string | readonly string[]
  /** Id of a format for all of them; absent or 'auto': found for each. */
  readonly format?: string | undefined
  /** Settings of that format. */
  readonly formatParams?: Readonly<Record<string, unknown>> | undefined
  /** Determines which images are held out if the sources have no splits. */
  readonly seed: number
  /** Whether links may lead out of a source's folder; true if omitted. */
  readonly followLinks?: boolean | undefined
  /** Where to write the dataset; must be missing or empty. */
  readonly folder: string
  readonly workers?: number | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}
