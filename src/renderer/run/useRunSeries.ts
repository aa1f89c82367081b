import { onBeforeUnmount, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { useEngine } from '../stores/engine'
import { attempt } from '../stores/notices'
import { isThinned, unpackSeries, withDetail } from './series'
import type { Series } from './series'

/** Points to request for the whole run. */
const columns = 1600
/** Minimum interval between requests for a live run. */
const liveEveryMs = 500
const settleMs = 70

/** The detail window of the first run: times within one of its steps, in milliseconds. */
export interface DetailWindow {
  readonly stepIndex: number
  readonly from: number
  readonly to: number
}

/** Metrics of runs: thinned over the whole run, finer in an open window, refreshed when a live run has more. */
export function useRunSeries(
  ids: Ref<readonly string[]>,
  detail: Ref<DetailWindow | undefined>,
): ShallowRef<ReadonlyMap<string, readonly Series[]>> {
  const engine = useEngine()
  const whole = shallowRef<ReadonlyMap<string, readonly Series[]>>(new Map())
  const finer = shallowRef<ReadonlyMap<string, readonly Series[]>>(new Map())
  const merged = shallowRef<ReadonlyMap<string, readonly Series[]>>(new Map())
  const merge = (): void => {
    merged.value = new Map(
      [...whole.value].map(([id, all]) => [
        id,
        all.map((series) =>
          withDetail(
            series,
            finer.value.get(id)?.find(({ kind, stepIndex }) => kind === series.kind && stepIndex === series.stepIndex),
          ),
        ),
      ]),
    )
  }

  async function loadWhole(wanted: readonly string[]): Promise<void> {
    const loaded = await Promise.all(
      wanted.map(async (run) => [run, (await engine.call('runs.series', { run, columns })).map(unpackSeries)] as const),
    )
    whole.value = new Map([
      ...[...whole.value].filter(([id]) => ids.value.includes(id) && !wanted.includes(id)),
      ...loaded,
    ])
    merge()
  }

  let turn = 0
  async function loadDetail(): Promise<void> {
    const window = detail.value
    const mine = ++turn
    const found = window
      ? await Promise.all(
          [...whole.value]
            .filter(([run]) => run === ids.value[0])
            .map(async ([run, all]) => [run, await detailsOf(run, all, window)] as const),
        )
      : []
    if (mine !== turn) return
    finer.value = new Map(found)
    merge()
  }
  const detailsOf = async (
    run: string,
    all: readonly Series[],
    { stepIndex: step, from, to }: DetailWindow,
  ): Promise<readonly Series[]> =>
    (
      await Promise.all(
        all
          .filter((series) => series.stepIndex === step && isThinned(series))
          .map(({ kind, stepIndex }) =>
            engine.call('runs.series', { run, kind, stepIndex, axis: 'time', from, to, columns }),
          ),
      )
    )
      .flat()
      .map(unpackSeries)

  const load = (wanted: readonly string[]): void =>
    void attempt(async () => {
      await loadWhole(wanted)
      if (detail.value) await loadDetail()
    })
  watch(
    () => [ids.value.join(), engine.isOpen],
    () => engine.isOpen && load(ids.value),
    { immediate: true },
  )

  let settling: ReturnType<typeof setTimeout> | undefined
  watch(detail, () => {
    clearTimeout(settling)
    settling = setTimeout(() => void attempt(loadDetail), settleMs)
  })

  const stale = new Set<string>()
  let live: ReturnType<typeof setTimeout> | undefined
  const forget = engine.onEvent((event) => {
    const id = event.kind === 'run.metrics' ? event.runId : event.kind === 'run.changed' ? event.run.id : undefined
    if (id === undefined || !ids.value.includes(id)) return
    stale.add(id)
    live ??= setTimeout(() => {
      live = undefined
      load([...stale])
      stale.clear()
    }, liveEveryMs)
  })
  onBeforeUnmount(() => {
    forget()
    clearTimeout(live)
    clearTimeout(settling)
  })
  return merged
}
