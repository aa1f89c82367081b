import { onBeforeUnmount, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { useEngine } from '../stores/engine'
import { attempt } from '../stores/notices'
import { createMetricFeed } from './metricFeed'
import type { MetricFeed } from './metricFeed'
import type { Series } from './series'

/** Points to request for the whole run. */
const columns = 1600
/** Minimum interval between drawings of a live run. */
const drawEveryMs = 200

export type SeriesOfRuns = ReadonlyMap<string, readonly Series[]>

/** The thinned series of runs, which grow while a run is live. */
export function useMetricFeeds(ids: Ref<readonly string[]>): ShallowRef<SeriesOfRuns> {
  const engine = useEngine()
  const feeds = new Map<string, MetricFeed>()
  const shown = shallowRef<SeriesOfRuns>(new Map())
  const drawing = atMostEvery(drawEveryMs, () => {
    shown.value = new Map([...feeds].map(([id, { series }]) => [id, series]))
  })

  const open = (run: string): MetricFeed =>
    createMetricFeed(
      {
        series: () => engine.call('runs.series', { run, columns }),
        since: (since, limit) => engine.call('runs.metrics', { run, since, limit }),
      },
      drawing.soon,
    )
  const catchUp = (wanted: Iterable<MetricFeed>): void =>
    void attempt(() => Promise.all([...wanted].map((feed) => feed.catchUp())))

  watch(
    ids,
    (now) => {
      for (const id of feeds.keys()) if (!now.includes(id)) feeds.delete(id)
      const added = now.filter((id) => !feeds.has(id)).map((id) => [id, open(id)] as const)
      for (const [id, feed] of added) feeds.set(id, feed)
      if (engine.isOpen) catchUp(added.map(([, feed]) => feed))
      drawing.soon()
    },
    { immediate: true },
  )
  // Requests that were under way when the connection was lost have failed.
  watch(
    () => engine.isOpen,
    (isOpen) => isOpen && catchUp(feeds.values()),
  )
  const forget = engine.onEvent((event) => {
    if (event.kind === 'reset') void attempt(() => Promise.all([...feeds.values()].map((feed) => feed.reload())))
    if (event.kind === 'run.metrics') {
      const feed = feeds.get(event.runId)
      if (feed) void attempt(() => feed.push(event))
    }
    // Another engine may execute the run, which sends its rows to its own listeners only.
    if (event.kind === 'run.changed') catchUp([feeds.get(event.run.id)].filter((feed) => feed !== undefined))
  })
  onBeforeUnmount(() => {
    forget()
    drawing.cancel()
  })
  return shown
}

/** Calls at once, and then at most once per interval, the last time after the last request. */
function atMostEvery(intervalMs: number, action: () => void): { soon(): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isWanted = false
  const run = (): void => {
    isWanted = false
    action()
    timer = setTimeout(() => {
      timer = undefined
      if (isWanted) run()
    }, intervalMs)
  }
  return { soon: () => (timer ? (isWanted = true) : run()), cancel: () => clearTimeout(timer) }
}
