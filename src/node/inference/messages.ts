import type { Engine } from '../../shared/types'
import type { ErrorReport } from '../../shared/errors'
import type { ChannelStatistics } from '../../core/quantize/observers/channelStatistics'
import type { TensorStatistics } from '../../core/quantize/observers/statistics'
import type { CollectorOptions } from '../../core/quantize/observers/collector'

export interface SessionOptions {
  /** Default: onnxruntime. OpenVINO knows `threads` alone of the options below. */
  readonly engine?: Engine
  /** Threads inside one operator. */
  readonly threads: number
  /** Whether idle threads poll for work: faster in a loop of runs, at the cost of every other thread of the machine. */
  readonly spinning?: boolean
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all'
  /** Where onnxruntime writes the graph that it really runs. */
  readonly optimizedModelPath?: string
  /** onnxruntime times every node and writes `<prefix>_<date>.json` when the session is released. */
  readonly profilePrefix?: string
  /** Further onnxruntime configuration entries, such as 'session.x64quantprecision'. */
  readonly entries?: Readonly<Record<string, string>>
}

/** A model's bytes, or the path of its file. */
export type ModelSource = Uint8Array | string

export interface TensorInfo {
  readonly name: string
  readonly type: string
  readonly shape: readonly (number | string)[]
}

export interface SessionInfo {
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
}

/** float32 images [N, C, H, W], row-major. */
export interface ImageBatch {
  readonly images: Float32Array
  readonly shape: readonly number[]
}

export interface OutputTensor {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

export interface RunResult {
  readonly outputs: Readonly<Record<string, OutputTensor>>
  /** Time inside onnxruntime's run. */
  readonly runMs: number
  /** The images that were run, where the call asked for them back. */
  readonly images?: Float32Array
}

/** What a worker thread does; sessions are known by the number that `open` is given. */
export interface InferenceCalls {
  open: {
    readonly params: { readonly session: number; readonly model: ModelSource; readonly options: SessionOptions }
    readonly result: SessionInfo
  }
  run: {
    readonly params: { readonly session: number; readonly giveBack?: boolean } & ImageBatch
    readonly result: RunResult
  }
  /** Runs the same batch several times; the result is the time of each run. */
  time: {
    readonly params: { readonly session: number; readonly runs: number } & ImageBatch
    readonly result: Float64Array
  }
  /** Runs a batch and gives each output to the collector of its name: the outputs never leave the thread. */
  observe: {
    readonly params: {
      readonly session: number
      readonly batch: number
      readonly collectors: readonly CollectorOptions[]
    } & ImageBatch
    readonly result: { readonly runMs: number }
  }
  statistics: { readonly params: { readonly session: number }; readonly result: readonly TensorStatistics[] }
  /** As observe, for the statistics of each channel of the named outputs. */
  observeChannels: {
    readonly params: { readonly session: number; readonly values: readonly string[] } & ImageBatch
    readonly result: null
  }
  channelStatistics: { readonly params: { readonly session: number }; readonly result: readonly ChannelStatistics[] }
  close: { readonly params: { readonly session: number }; readonly result: null }
  /** Releases every session; the thread then ends by itself. */
  end: { readonly params: null; readonly result: null }
}

export type InferenceCall = keyof InferenceCalls

export type InferenceRequest = {
  readonly [K in InferenceCall]: { readonly id: number; readonly call: K; readonly params: InferenceCalls[K]['params'] }
}[InferenceCall]

export type InferenceReply =
  | { readonly id: number; readonly result: InferenceCalls[InferenceCall]['result'] }
  | { readonly id: number; readonly error: ErrorReport }
