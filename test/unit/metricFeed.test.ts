import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createEventHub } from '../../src/node/handlers/events'
import type { EventHub } from '../../src/node/handlers/events'
import { packSeries } from '../../src/node/handlers/series'
import { openStore } from '../../src/node/store'
import type { Store } from '../../src/node/store'
import { mostPoints } from '../../src/renderer/run/growSeries'
import { createMetricFeed } from '../../src/renderer/run/metricFeed'
import type { MetricFeed } from '../../src/renderer/run/metricFeed'
import { unpackSeries } from '../../src/renderer/run/series'
import type { SequencedEvent } from '../../src/shared/types'
import { temporaryFolder } from '../helpers/temporary'

const run = 'r-1'
let store: Store
let hub: EventHub
let position = 0
let asked: { whole: number; since: number }
let feed: MetricFeed

const wholeSeries = async () => {
  const { lastSequence, series } = await store.metrics.series(run, { axis: 'position', columns: 1600 })
  return { lastSequence, series: series.map(packSeries) }
}

/** What a job does: writes rows, then tells whoever listens. */
async function write(count: number, kind = 'step'): Promise<void> {
  const batch = await store.metrics.append(
    Array.from({ length: count }, () => ({
      runId: run,
      stepIndex: 0,
      kind,
      position: ++position,
      at: new Date(Date.UTC(2026, 0, 1) + position * 100).toISOString(),
      values: { loss: Math.sin(position), ...(position % 3 === 0 && { rate: position }) },
    })),
  )
  hub.publish({ kind: 'run.metrics', runId: run, ...batch })
}

/** What the page does with events. */
function listen(since?: SequencedEvent['position']) {
  let seen: SequencedEvent['position'] | undefined
  const handled: Promise<void>[] = []
  const end = hub.subscribe(({ position: at, event }) => {
    seen = at
    if (event.kind === 'reset') handled.push(feed.reload())
    if (event.kind === 'run.metrics') handled.push(feed.push(event))
  }, since)
  return { end, settled: () => Promise.all(handled), seen: () => seen }
}

const expectTheSameAsTheStore = async () => expect(feed.series).toEqual((await wholeSeries()).series.map(unpackSeries))

beforeEach(async () => {
  store = await openStore(temporaryFolder('metric-feed'))
  onTestFinished(() => store.close())
  hub = createEventHub()
  position = 0
  asked = { whole: 0, since: 0 }
  await store.runs.insert({
    id: run,
    name: run,
    recipe: { name: run, steps: [{ step: 'train' }] },
    createdAt: '',
    pid: null,
  })
  feed = createMetricFeed(
    {
      series: () => (asked.whole++, wholeSeries()),
      since: (since, limit) => (asked.since++, store.metrics.list(run, { since, limit })),
    },
    () => undefined,
  )
})

describe('the metrics of a live run', () => {
  it('are requested once and then sent, kinds that are new included', async () => {
    await write(10)
    const page = listen()
    await feed.catchUp()
    for (let batch = 0; batch < 20; batch++) await write(1 + batch, batch % 5 === 0 ? 'epoch' : 'step')
    await page.settled()
    await expectTheSameAsTheStore()
    expect(asked).toEqual({ whole: 1, since: 0 })
  })

  it('miss nothing and repeat nothing that is written while they are requested', async () => {
    await write(5)
    const page = listen()
    const answered = feed.catchUp()
    await Promise.all([write(3), write(4, 'epoch'), answered])
    await page.settled()
    await expectTheSameAsTheStore()
  })

  it('are requested from the last known row on when some were lost on the way', async () => {
    const page = listen()
    await feed.catchUp()
    await write(3)
    page.end()
    await write(4)
    const later = listen()
    await write(5)
    await later.settled()
    await expectTheSameAsTheStore()
    expect(asked).toEqual({ whole: 1, since: 1 })
  })

  it('are complete after a reconnection, with what the engine repeats counted once', async () => {
    const page = listen()
    await feed.catchUp()
    await write(3)
    page.end()
    await write(4)
    const later = listen(page.seen())
    await feed.catchUp()
    await write(2)
    await later.settled()
    await expectTheSameAsTheStore()
    expect(asked.whole).toBe(1)
  })

  it('are requested anew when the engine restarted', async () => {
    const page = listen()
    await feed.catchUp()
    await write(3)
    page.end()
    hub = createEventHub()
    await write(4)
    const later = listen(page.seen())
    await later.settled()
    await write(2)
    await later.settled()
    await expectTheSameAsTheStore()
    expect(asked).toEqual({ whole: 2, since: 0 })
  })

  it('are requested as thinned series when very many were missed', async () => {
    await feed.catchUp()
    await write(6000)
    await feed.catchUp()
    await expectTheSameAsTheStore()
    expect(asked).toEqual({ whole: 2, since: 1 })
  })

  it('can be requested again after a request that failed', async () => {
    await write(3)
    const failing = { series: () => Promise.reject(new Error('lost')), since: () => Promise.resolve([]) }
    let source = failing as Parameters<typeof createMetricFeed>[0]
    feed = createMetricFeed(
      { series: () => source.series(), since: (sequence, limit) => source.since(sequence, limit) },
      () => undefined,
    )
    await expect(feed.catchUp()).rejects.toThrow('lost')
    source = { series: wholeSeries, since: () => Promise.resolve([]) }
    await feed.catchUp()
    await expectTheSameAsTheStore()
  })
})

describe('a long live run', () => {
  it('keeps a bounded number of points, every row and every peak', async () => {
    const page = listen()
    await feed.catchUp()
    for (let batch = 0; batch < 40; batch++) await write(250)
    await page.settled()
    const [series] = feed.series
    expect(series?.x.length).toBeLessThanOrEqual(mostPoints)
    expect(series?.total).toBe(10_000)
    expect(series?.counts.reduce((sum, count) => sum + count)).toBe(10_000)
    const exact = Array.from({ length: 10_000 }, (_, index) => Math.sin(index + 1))
    const loss = series?.values.get('loss')
    expect(Math.max(...(loss?.max ?? []))).toBe(Math.fround(Math.max(...exact)))
    expect(Math.min(...(loss?.min ?? []))).toBe(Math.fround(Math.min(...exact)))
    const mean = loss?.mean.reduce((sum, value, index) => sum + value * (series?.counts[index] ?? 0), 0) ?? NaN
    expect(mean / 10_000).toBeCloseTo(exact.reduce((sum, value) => sum + value) / 10_000, 5)
    expect(asked).toEqual({ whole: 1, since: 0 })
  })
})
