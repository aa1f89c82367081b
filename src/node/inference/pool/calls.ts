import type { ErrorReport } from '../../../shared/errors'
import type { BatchRequest, EvalMode } from '../../../core/data/batchPlan'
import type { StoredDataset } from '../../datasets/record'
import type { SkippedSample } from '../../../core/measure/evaluation'
import type { ImageBatch, ModelSource, OutputTensor, RunResult, SessionInfo, SessionOptions } from '../messages'

/** How a model is spread over the cores: so many sessions side by side, each with so many threads inside an operator. */
export interface Concurrency {
  readonly sessions: number
  readonly threads: number
  /** Images that a session runs at once; larger batches are cut into such parts and spread over the sessions. Whole batches when absent. */
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
  /** The first output for the images that could be read; null where none could. */
  readonly output: OutputTensor | null
  readonly labels: Int32Array
  readonly indices: Int32Array
  readonly unreadable: readonly SkippedSample[]
  readonly runMs: number
}

/** What the inference process does; models and datasets are known by the numbers that `open` and `openData` are given. */
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
  /** Runs the same batch several times in one session; the result is the time of each run. */
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
