import type { StoredDataset } from '../../datasets/record'
import type { ImageBatch, ModelSource, RunResult, SessionInfo, SessionOptions } from '../messages'
import type { SampleAnswer, SampleTask, Concurrency } from './calls'
import { createRunner } from './runner'
import type { PoolOptions } from './runner'

/** A model in the inference process. All calls survive restarts through retries; `signal` cancels a waiting call. */
export interface PooledModel extends SessionInfo {
  readonly concurrency: Concurrency
  run(batch: ImageBatch, signal?: AbortSignal): Promise<RunResult>
  time(batch: ImageBatch, runs: number, signal?: AbortSignal): Promise<Float64Array>
  /** Reads, decodes and runs images of a dataset. */
  samples(task: SampleTask, signal?: AbortSignal): Promise<SampleAnswer>
  close(): Promise<void>
}

/** An inference process and its sessions. It starts with the first call, and restarts if it ends by itself. */
export interface InferencePool {
  readonly pid: number | undefined
  readonly crashes: number
  /** Throws `badInput` if onnxruntime rejects the model, and `crashed` if the process keeps ending on it. */
  open(source: ModelSource, concurrency: Concurrency, options?: Omit<SessionOptions, 'threads'>): Promise<PooledModel>
  /** Registers a dataset; returns its number for `samples`. */
  data(record: StoredDataset): Promise<number>
  /** Releases sessions in order and waits for the process to end. Open requests reject with `cancelled`. */
  close(): Promise<void>
}

export function createInferencePool(options: PoolOptions = {}): InferencePool {
  const runner = createRunner(options)
  let nextNumber = 0
  return {
    get pid() {
      return runner.pid
    },
    get crashes() {
      return runner.crashes
    },
    async open(source, concurrency, sessionOptions = {}) {
      const model = nextNumber++
      const info = await runner.stand(model, 'open', { model, source, concurrency, options: sessionOptions })
      return {
        ...info,
        concurrency,
        run: (batch, signal) => runner.call('run', { model, ...batch }, signal),
        time: (batch, runs, signal) => runner.call('time', { model, runs, ...batch }, signal),
        samples: (task, signal) => runner.call('samples', { model, ...task }, signal),
        close: () => runner.forget(model),
      }
    },
    async data(record) {
      const data = nextNumber++
      await runner.stand(data, 'openData', { data, record })
      return data
    },
    close: () => runner.close(),
  }
}
