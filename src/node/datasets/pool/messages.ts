import type { BatchMode, EvalMode } from '../../../core/data/batchPlan'
import type { ErrorReport } from '../../../shared/errors'
import type { Problem } from '../../../shared/types/dataset'

/** Marks an image that is a file of its own, instead of an offset. */
export const wholeFileOffset = -1

/** Where the bytes of some samples are; one entry per sample, except `files`. */
export interface SampleRefs {
  readonly files: readonly string[]
  /** Index in `files`. */
  readonly file: Int32Array
  readonly offset: Float64Array
  readonly length: Float64Array
  /** Size of the image if the bytes are RGB pixels; 0 if they are an encoded image. */
  readonly width: Int32Array
  readonly height: Int32Array
  /** CRC-32 of the bytes; absent where nobody wrote it down. */
  readonly crc?: Uint32Array | undefined
  /** The sample's name in messages. */
  readonly names: readonly string[]
}

/** Images of one batch. Unreadable ones are omitted, so there may be fewer than requested, or none. */
export interface Batch<M extends BatchMode = BatchMode> {
  /** Training: uint8 NHWC. Evaluation: normalized float32 NCHW. */
  readonly images: M extends EvalMode ? Float32Array<ArrayBuffer> : Uint8Array<ArrayBuffer>
  readonly labels: Int32Array
  /** Indices in the split. */
  readonly indices: Int32Array
  readonly unreadable: readonly Problem[]
}

export interface BatchTask {
  readonly samples: SampleRefs
  readonly labels: Int32Array
  readonly indices: Int32Array
  readonly epoch: number
  readonly mode: BatchMode
  /** Memory of an earlier batch that is no longer in use; transferred to the worker and reused if it fits. */
  readonly memory?: ArrayBuffer | undefined
}

export interface InspectTask {
  readonly samples: SampleRefs
  /** Whether decoded pixels are wanted; they are returned if every image of the task is small. */
  readonly wantsPixels: boolean
}

/** Facts about the images of a task, one entry each, and sums over the pixels of the readable ones. */
export interface Inspection {
  readonly width: Int32Array
  readonly height: Int32Array
  /** CRC-32 of the bytes in the source, and of the pixels. */
  readonly crc: Uint32Array
  readonly pixelCrc: Uint32Array
  /** Of the bytes in the source; '' if they could not be read. */
  readonly sha256: readonly string[]
  /** Why an image is unreadable; '' if it is readable. */
  readonly reasons: readonly string[]
  /** Exact sums and sums of squares of red, green and blue. */
  readonly sums: Float64Array
  readonly squares: Float64Array
  readonly pixelCount: number
  /** RGB of the readable images, concatenated; null if one is too large to keep decoded. */
  readonly pixels: Uint8Array<ArrayBuffer> | null
}

export interface DataTasks {
  readonly batch: { readonly params: BatchTask; readonly result: Batch }
  readonly inspect: { readonly params: InspectTask; readonly result: Inspection }
}

export type DataTask = keyof DataTasks

export type DataRequest = {
  readonly [K in DataTask]: { readonly task: K; readonly params: DataTasks[K]['params'] }
}[DataTask]

export type DataReply = { readonly result: DataTasks[DataTask]['result'] } | { readonly error: ErrorReport }
