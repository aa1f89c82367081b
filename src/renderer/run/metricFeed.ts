import type { Metric, MetricBatch, RunSeries } from '../../shared/types'
import { withRows } from './growSeries'
import { unpackSeries } from './series'
import type { Series } from './series'

/** Where a feed requests what it was not sent. */
export interface MetricSource {
  /** Everything so far, thinned. */
  series(): Promise<RunSeries>
  /** The rows after one, at most `limit`. */
  since(sequence: number, limit: number): Promise<readonly Metric[]>
}

export interface MetricFeed {
  readonly series: readonly Series[]
  /** Adds rows that the engine sent; requests the ones before them if some were lost. */
  push(batch: MetricBatch): Promise<void>
  /** Requests what is new, for example after a reconnection. */
  catchUp(): Promise<void>
  /** Discards everything and requests it again. */
  reload(): Promise<void>
}

/** With more rows missing, the thinned series are the smaller answer. */
const mostMissed = 5000

/** The metrics of a run: requested once, then grown by the rows that the engine sends. */
export function createMetricFeed(source: MetricSource, changed: () => void): MetricFeed {
  let series: readonly Series[] = []
  /** Sequence of the newest row in `series`; undefined before the first answer. */
  let last: number | undefined
  let asking: Promise<void> | undefined
  let isWanted = false
  let waiting: readonly MetricBatch[] = []

  /** False if rows are missing before the batch. */
  function add({ after, metrics }: MetricBatch): boolean {
    const known = last
    if (known === undefined || after > known) return false
    const fresh = metrics.filter(({ sequence }) => sequence > known)
    if (fresh.length === 0) return true
    series = withRows(series, fresh)
    last = fresh.at(-1)?.sequence
    changed()
    return true
  }

  async function request(): Promise<void> {
    if (last !== undefined) {
      const after = last
      const metrics = await source.since(after, mostMissed)
      if (metrics.length < mostMissed) return void add({ after, metrics })
    }
    const whole = await source.series()
    ;[series, last] = [whole.series.map(unpackSeries), whole.lastSequence]
    changed()
  }

  async function requestAll(): Promise<void> {
    while (isWanted) {
      isWanted = false
      await request()
      const sent = waiting
      waiting = []
      for (const batch of sent) isWanted = !add(batch) || isWanted
    }
  }

  function catchUp(): Promise<void> {
    isWanted = true
    asking ??= requestAll().finally(() => (asking = undefined))
    return asking
  }

  return {
    get series() {
      return series
    },
    async push(batch) {
      if (asking) waiting = [...waiting, batch]
      else if (!add(batch)) await catchUp()
    },
    catchUp,
    reload: () => {
      last = undefined
      return catchUp()
    },
  }
}
