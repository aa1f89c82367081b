import type { BatchMode, EvalMode } from '../../../core/data/batchPlan'
import type { ErrorReport } from '../../../shared/errors'
import type { Problem } from '../../../shared/types/dataset'

/** In place of an offset: the image is a file of its own. */
export const wholeFileOffset = -1

/** Where the bytes of some samples lie; one entry a sample, except `files`. */
export interface SampleRefs {
  readonly files: readonly string[]
  /** Position in `files`. */
  readonly file: Int32Array
  readonly offset: Float64Array
  readonly length: Float64Array
  /** Size of the picture where the bytes are RGB pixels; 0 where they are an encoded image. */
  readonly width: Int32Array
  readonly height: Int32Array
  /** What the sample is called in messages. */
  readonly names: readonly string[]
}

/** Images of one batch. Unreadable ones are left out, so that a batch may hold fewer than were asked for, or none. */
export interface Batch<M extends BatchMode = BatchMode> {
  /** Training: uint8 NHWC. Evaluation: normalised float32 NCHW. */
  readonly images: M extends EvalMode ? Float32Array<ArrayBuffer> : Uint8Array<ArrayBuffer>
  readonly labels: Int32Array
  /** Positions in the split. */
  readonly indices: Int32Array
  readonly unreadable: readonly Problem[]
}

export interface BatchTask {
  readonly samples: SampleRefs
  readonly labels: Int32Array
  readonly indices: Int32Array
  readonly epoch: number
  readonly mode: BatchMode
  /** Memory of an earlier batch that nobody reads any more; used again where it fits. It moves to the worker. */
  readonly memory?: ArrayBuffer | undefined
}

export interface InspectTask {
  readonly samples: SampleRefs
  /** Whether decoded pixels are wanted: they come when every picture of the task is small. */
  readonly wantsPixels: boolean
}

/** Facts of the images of a task, one entry each, and sums over the pixels of those that could be read. */
export interface Inspection {
  readonly width: Int32Array
  readonly height: Int32Array
  /** Of the bytes as they lie in the source; '' when they could not be read. */
  readonly sha256: readonly string[]
  /** Why an image cannot be read; '' when it can. */
  readonly reasons: readonly string[]
  /** Sum and sum of squares of red, green and blue, exact. */
  readonly sums: Float64Array
  readonly squares: Float64Array
  readonly pixelCount: number
  /** RGB of the readable images one after another, or null where one is larger than is kept decoded. */
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
