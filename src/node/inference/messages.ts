import type { Engine } from '../../shared/types'
import type { ErrorReport } from '../../shared/errors'
import type { ChannelStatistics } from '../../core/quantize/observers/channelStatistics'
import type { TensorStatistics } from '../../core/quantize/observers/statistics'
import type { CollectorOptions } from '../../core/quantize/observers/collector'

export interface SessionOptions {
  /** Default: onnxruntime. Of the options below, OpenVINO supports only `threads`. */
  readonly engine?: Engine
  /** Intra-op threads. */
  readonly threads: number
  /** Whether idle threads spin: faster in a loop of runs, but at the cost of every other thread on the machine. */
  readonly spinning?: boolean
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all'
  /** Where onnxruntime writes the optimized graph. */
  readonly optimizedModelPath?: string
  /** onnxruntime times every node and writes `<prefix>_<date>.json` when the session is released. */
  readonly profilePrefix?: string
  /** Additional onnxruntime configuration, such as 'session.x64quantprecision'. */
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
  /** Time spent in onnxruntime's run. */
  readonly runMs: number
  /** The input images, if the call asked for them back. */
  readonly images?: Float32Array
}

/** The procedures of a worker thread; sessions are identified by the number given to `open`. */
export interface InferenceCalls {
  open: {
    readonly params: { readonly session: number; readonly model: ModelSource; readonly options: SessionOptions }
    readonly result: SessionInfo
  }
  run: {
    readonly params: { readonly session: number; readonly giveBack?: boolean } & ImageBatch
    readonly result: RunResult
  }
  /** Runs the same batch several times and returns the time of each run. */
  time: {
    readonly params: { readonly session: number; readonly runs: number } & ImageBatch
    readonly result: Float64Array
  }
  /** Runs a batch and passes each output to its collector; the outputs never leave the thread. */
  observe: {
    readonly params: {
      readonly session: number
      readonly batch: number
      readonly collectors: readonly CollectorOptions[]
    } & ImageBatch
    readonly result: { readonly runMs: number }
  }
  statistics: { readonly params: { readonly session: number }; readonly result: readonly TensorStatistics[] }
  /** Like observe, for per-channel statistics of the named outputs. */
  observeChannels: {
    readonly params: { readonly session: number; readonly values: readonly string[] } & ImageBatch
    readonly result: null
  }
  channelStatistics: { readonly params: { readonly session: number }; readonly result: readonly ChannelStatistics[] }
  close: { readonly params: { readonly session: number }; readonly result: null }
  /** Releases all sessions; the thread then ends by itself. */
  end: { readonly params: null; readonly result: null }
}

export type InferenceCall = keyof InferenceCalls

export type InferenceRequest = {
  readonly [K in InferenceCall]: { readonly id: number; readonly call: K; readonly params: InferenceCalls[K]['params'] }
}[InferenceCall]

export type InferenceReply =
  | { readonly id: number; readonly result: InferenceCalls[InferenceCall]['result'] }
  | { readonly id: number; readonly error: ErrorReport }
