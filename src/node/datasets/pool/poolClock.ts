export interface PoolStatistics {
  /** Time the consumer spent waiting for a batch that was not ready. */
  readonly waitedMs: number
  /** Time from the first request to the last result, over all plans. */
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
  /** Passes items through and counts the time that the consumer waits for each. */
  timed<T extends Countable>(batches: AsyncIterable<T>): AsyncGenerator<T>
  statistics(): PoolStatistics
}

/** Measures whether the data keeps up with its consumer. */
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
