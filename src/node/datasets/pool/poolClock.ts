export interface PoolStatistics {
  /** Time in which the consumer had asked for a batch and none was ready. */
  readonly waitedMs: number
  /** Time from the first request to the last answer, over all plans. */
  readonly elapsedMs: number
  readonly waitedShare: number
  readonly batches: number
  readonly samples: number
  readonly unreadable: number
}

interface Countable {
  readonly labels: { readonly length: number }
  readonly unreadable: { readonly length: number }
}

export interface PoolClock {
  /** The same items; the time that the consumer waits for each is counted. */
  timed<T extends Countable>(batches: AsyncIterable<T>): AsyncGenerator<T>
  statistics(): PoolStatistics
}

/** Measures whether the data keep up with their consumer. */
export function createPoolClock(now: () => number = () => performance.now()): PoolClock {
  const total = { waitedMs: 0, elapsedMs: 0, batches: 0, samples: 0, unreadable: 0 }
  const count = (batch: Countable): void => {
    total.batches++
    total.samples += batch.labels.length
    total.unreadable += batch.unreadable.length
  }
  return {
    async *timed(batches) {
      let before = now()
      for await (const batch of batches) {
        const ready = now()
        total.waitedMs += ready - before
        total.elapsedMs += ready - before
        count(batch)
        yield batch
        before = now()
        total.elapsedMs += before - ready
      }
    },
    statistics: () => ({ ...total, waitedShare: total.elapsedMs > 0 ? total.waitedMs / total.elapsedMs : 0 }),
  }
}
