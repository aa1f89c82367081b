import type { BatchMode, BatchRequest } from '../../../core/data/batchPlan'
import { NNOptError } from '../../../shared/errors'
import { throwIfCancelled } from '../cancelled'
import { openDataset } from '../read/openDataset'
import type { Dataset } from '../read/openDataset'
import type { StoredDataset } from '../record'
import type { Batch } from './messages'
import { inOrder } from './ordered'
import { abortPromise } from './abortPromise'
import { createPoolClock } from './poolClock'
import type { PoolStatistics } from './poolClock'
import { createWorkerTeam } from './team'
import type { TeamOptions, WorkerTeam } from './team'

export interface BatchOptions {
  /** Batches to prepare ahead; by default one per worker. 0 prepares each batch only on request. */
  readonly prefetch?: number
  readonly signal?: AbortSignal | undefined
}

/** Threads that read, decode, augment and pack. */
export interface DataPool {
  readonly workers: number
  /**
   * The batches of a plan, in order and independent of the number of workers. A batch may contain fewer images than
   * requested, or none; unreadable ones are listed in `unreadable`. Throws `badInput` if no image of the plan is
   * readable, `cancelled` on abort, and `crashed` if a thread ends.
   */
  batches<M extends BatchMode>(plan: Iterable<BatchRequest<M>>, options?: BatchOptions): AsyncIterable<Batch<M>>
  /**
   * A single batch outside any plan. If none of its images is readable, it lists them in `unreadable` and does not
   * throw. Reuses the `memory` of an earlier evaluation batch if it fits.
   */
  batch<M extends BatchMode>(request: BatchRequest<M>, memory?: ArrayBuffer): Promise<Batch<M>>
  statistics(): PoolStatistics
  /** Share of the time between the first request and the last result that the consumer spent waiting (0..1). */
  waitedShare(): number
  /** Stops the threads. Call this in a `finally`. */
  close(): Promise<void>
}

/** Starts the threads. The dataset opens in parallel; errors surface in `batches`. */
export function createDataPool(record: StoredDataset, options: TeamOptions = {}): DataPool {
  const team = createWorkerTeam(options)
  const clock = createPoolClock()
  const opened = openDataset(record)
  opened.catch(() => undefined)
  return {
    workers: team.workers,
    batches: <M extends BatchMode>(plan: Iterable<BatchRequest<M>>, batchOptions: BatchOptions = {}) =>
      clock.timed(stream<M>(opened, team, plan, batchOptions)),
    batch: async <M extends BatchMode>(request: BatchRequest<M>, memory?: ArrayBuffer) =>
      makeBatch(await opened, team, request, memory),
    statistics: () => clock.statistics(),
    waitedShare: () => clock.statistics().waitedShare,
    close: () => team.close(),
  }
}

async function* stream<M extends BatchMode>(
  opened: Promise<Dataset>,
  team: WorkerTeam,
  plan: Iterable<BatchRequest<M>>,
  { prefetch = team.workers, signal }: BatchOptions,
): AsyncGenerator<Batch<M>> {
  const dataset = await opened
  const cancelled = abortPromise(signal)
  let [read, firstProblem]: [number, string | undefined] = [0, undefined]
  try {
    const start = (request: BatchRequest<M>): Promise<Batch<M>> =>
      Promise.race([makeBatch(dataset, team, request), cancelled.promise])
    for await (const batch of inOrder(plan, prefetch, start)) {
      throwIfCancelled(signal, 'reading the dataset')
      read += batch.labels.length
      const [problem] = batch.unreadable
      if (problem) firstProblem ??= `'${problem.path}' ${problem.reason}`
      yield batch
    }
  } finally {
    cancelled.release()
  }
  if (read === 0 && firstProblem !== undefined)
    throw new NNOptError(
      'badInput',
      `dataset '${dataset.record.name}': none of the images could be read, the first: ${firstProblem}`,
    )
}

async function makeBatch<M extends BatchMode>(
  dataset: Dataset,
  team: WorkerTeam,
  { split, indices, epoch, mode }: BatchRequest<M>,
  memory?: ArrayBuffer,
): Promise<Batch<M>> {
  const labels = dataset.labels(split)
  const task = {
    samples: dataset.locate(split, indices),
    labels: indices.map((index) => labels[index]!),
    indices,
    epoch,
    mode,
    memory,
  }
  const first = indices.length > 0 ? ` starting at '${dataset.sampleKey(split, indices[0]!)}'` : ''
  return (await team.run('batch', task, `a batch of ${indices.length} images of split '${split}'${first}`)) as Batch<M>
}
