import type { Problem } from '../../../shared/types/dataset'
import type { Extension } from '../../../shared/registry'
import type { BlobWriter } from '../add/blobWriter'
import type { SourceProbe } from './probe'

/** An image of a source and where its bytes lie now. */
export interface FoundImage {
  /** Within the source, with '/'. */
  readonly path: string
  /** Path of the file that holds the bytes. */
  readonly file: string
  /** The bytes are a part of the file, at `offset`; otherwise the file is the image. */
  readonly inArchive: boolean
  readonly offset: number
  readonly length: number
  /** Present: the bytes are RGB pixels of this size, row by row, instead of an encoded image. */
  readonly pixels?: { readonly width: number; readonly height: number }
}

/** All that a source holds; splits and classes are found afterwards, from the paths alone. */
export interface Listing {
  readonly images: readonly FoundImage[]
  /** Folders, with '/', also those without an image. */
  readonly folders: readonly string[]
  readonly problems: readonly Problem[]
  /** Files that are no images. */
  readonly otherFiles: readonly string[]
}

export interface ReadContext {
  /** Where bytes out of an archive go. */
  readonly blob: BlobWriter
  readonly signal?: AbortSignal | undefined
  onProgress(done: number, total: number): void
}

/** One way in which images come: a folder, an archive, the files of a known dataset. */
export interface DatasetFormat extends Extension {
  readonly kind: 'datasetFormat'
  readonly label: string
  readonly help: string
  /** Whether the source is of this format; of several that agree, the one that `refines` another wins. */
  matches(probe: SourceProbe): boolean
  readonly refines?: readonly string[]
  /** What `onProgress` counts. */
  readonly progressUnit: 'bytes' | 'files'
  /** Lists the images, copying those of an archive into the blob. Throws `badInput` naming file and place. */
  read(source: SourceProbe, context: ReadContext): Promise<Listing>
}

export const defineFormat = (format: Omit<DatasetFormat, 'kind'>): DatasetFormat => ({
  kind: 'datasetFormat',
  ...format,
})
