import { z } from 'zod'
import { parseAs } from '../../../shared/parse'
import type { Problem, Split } from '../../../shared/types/dataset'
import type { Extension } from '../../../shared/registry'
import type { BlobWriter } from '../add/blobWriter'
import type { SourceProbe } from './probe'

/** What a source itself says of an image, in place of the folders that it lies in. */
export interface ImageLabel {
  readonly className: string
  /** null: the source names no splits. */
  readonly split: Split | null
}

/** An image of a source, and where its bytes are. */
export interface FoundImage {
  /** Relative to the source, with '/'. */
  readonly path: string
  /** Path of the file that contains the bytes. */
  readonly file: string
  /** If present, the bytes are a part of the file at `offset`; otherwise the whole file is the image. */
  readonly inArchive: boolean
  readonly offset: number
  readonly length: number
  /** If present, the bytes are RGB pixels of this size, row by row, instead of an encoded image. */
  readonly pixels?: { readonly width: number; readonly height: number }
  /** Present on every image of a source or on none. Without labels, the path decides: `[split/]<class>/<image>`. */
  readonly label?: ImageLabel
}

/** All that a source holds. Splits and classes are found afterwards, from the labels or else from the paths. */
export interface Listing {
  readonly images: readonly FoundImage[]
  /** Folders, with '/', including those without images. */
  readonly folders: readonly string[]
  readonly problems: readonly Problem[]
  /** Files that are not images. */
  readonly otherFiles: readonly string[]
}

export interface ReadContext {
  /** Receives bytes from archives. */
  readonly blob: BlobWriter
  readonly signal?: AbortSignal | undefined
  onProgress(done: number, total: number): void
}

interface Facts extends Omit<Extension, 'kind'> {
  readonly label: string
  readonly help: string
  /** Whether the source has this format; if several match, one that `refines` another wins. */
  matches(probe: SourceProbe): boolean
  readonly refines?: readonly string[]
  /** The unit counted by `onProgress`. */
  readonly progressUnit: 'bytes' | 'files'
}

/** One way in which images come: a folder, an archive, a file of labels, the files of a known dataset. */
export interface DatasetFormat extends Facts, Extension {
  readonly kind: 'datasetFormat'
  readonly params: z.ZodObject
  /** Lists the images, copying those of an archive into the blob. Throws `badInput` naming file and place, `wrongCall` on wrong params. */
  read(source: SourceProbe, context: ReadContext, params?: Readonly<Record<string, unknown>>): Promise<Listing>
}

interface Definition<S extends z.ZodRawShape> extends Facts {
  /** Settings of this format; none when absent. */
  readonly params?: z.ZodObject<S>
  read(source: SourceProbe, context: ReadContext, params: z.output<z.ZodObject<S>>): Promise<Listing>
}

/** Declares a format: the one export of its file. */
export function defineFormat<S extends z.ZodRawShape>(definition: Definition<S>): DatasetFormat {
  const params = (definition.params ?? z.object({})) as z.ZodObject<S>
  const read: DatasetFormat['read'] = (source, context, given = {}) =>
    definition.read(source, context, parseAs(params.strict(), given, `format '${definition.id}'`))
  return { ...definition, kind: 'datasetFormat', params, read }
}
