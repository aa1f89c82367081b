import type { ErrorReport } from '../../../shared/errors'
import type { BatchRequest, EvalMode } from '../../../core/data/batchPlan'
import type { StoredDataset } from '../../datasets/record'
import type { SkippedSample } from '../../../core/measure/skippedSample'
import type { ImageBatch, ModelSource, OutputTensor, RunResult, SessionInfo, SessionOptions } from '../messages'

/** How a model is spread over the cores: number of parallel sessions, and intra-op threads of each. */
export interface Concurrency {
  readonly sessions: number
  readonly threads: number
  /**
   * Images per session run; larger batches are split into such parts and spread over the sessions. Whole batches if
   * absent.
   */
  readonly part?: number
}

/** Images of a dataset that the inference process reads itself, so that pixels never cross a process boundary. */
export interface SampleTask {
  readonly data: number
  readonly request: BatchRequest<EvalMode>
  /** Shape of one image: [C, H, W]. */
  readonly imageShape: readonly number[]
  /** Runs before the first batch of each session. */
  readonly warmups: number
}

export interface SampleAnswer {
  /** The first output for the readable images; null if there are none. */
  readonly output: OutputTensor | null
  readonly labels: Int32Array
  readonly indices: Int32Array
  readonly unreadable: readonly SkippedSample[]
  readonly runMs: number
}

/**
 * The procedures of the inference process; models and datasets are identified by the numbers given to `open` and
 * `openData`.
 */
export interface PoolCalls {
  open: {
    readonly params: {
      readonly model: number
      readonly source: ModelSource
      readonly concurrency: Concurrency
      readonly options: Omit<SessionOptions, 'threads'>
    }
    readonly result: SessionInfo
  }
  openData: { readonly params: { readonly data: number; readonly record: StoredDataset }; readonly result: null }
  run: { readonly params: { readonly model: number } & ImageBatch; readonly result: RunResult }
  /** Runs the same batch several times in one session and returns the time of each run. */
  time: {
    readonly params: { readonly model: number; readonly runs: number } & ImageBatch
    readonly result: Float64Array
  }
  samples: { readonly params: { readonly model: number } & SampleTask; readonly result: SampleAnswer }
  close: { readonly params: { readonly model: number }; readonly result: null }
  /** Releases everything in order; the process then ends. */
  end: { readonly params: null; readonly result: null }
}

export type PoolCall = keyof PoolCalls

export type PoolRequest = {
  readonly [K in PoolCall]: { readonly id: number; readonly call: K; readonly params: PoolCalls[K]['params'] }
}[PoolCall]

export type PoolReply =
  | { readonly id: number; readonly result: PoolCalls[PoolCall]['result'] }
  | { readonly id: number; readonly error: ErrorReport }
