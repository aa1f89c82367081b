import { onBeforeUnmount, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { useEngine } from '../stores/engine'
import { attempt } from '../stores/notices'
import { isThinned, unpackSeries } from './series'
import type { Series } from './series'

/** Points to request for the window. */
const columns = 1600
const settleMs = 70

/** A window of a run: times within one of its steps, in milliseconds. */
export interface DetailWindow {
  readonly stepIndex: number
  readonly from: number
  readonly to: number
}

/** Finer series of a run in a window, for those that are thinned over the whole run. */
export function useSeriesDetail(
  run: () => string | undefined,
  whole: () => readonly Series[],
  window: Ref<DetailWindow | undefined>,
): ShallowRef<readonly Series[]> {
  const engine = useEngine()
  const finer = shallowRef<readonly Series[]>([])

  const request = async (id: string, { stepIndex, from, to }: DetailWindow): Promise<readonly Series[]> => {
    const thinned = whole().filter((series) => series.stepIndex === stepIndex && isThinned(series))
    const answers = await Promise.all(
      thinned.map(({ kind }) =>
        engine.call('runs.series', { run: id, kind, stepIndex, axis: 'time', from, to, columns }),
      ),
    )
    return answers.flatMap(({ series }) => series).map(unpackSeries)
  }

  let turn = 0
  async function load(): Promise<void> {
    const [mine, id, asked] = [++turn, run(), window.value]
    const found = id !== undefined && asked ? await request(id, asked) : []
    if (mine === turn) finer.value = found
  }

  let settling: ReturnType<typeof setTimeout> | undefined
  const loadSoon = (): void => {
    clearTimeout(settling)
    settling = setTimeout(() => void attempt(load), settleMs)
  }
  watch([run, window], loadSoon)
  // A live run that was thinned again shows less in the window.
  watch(
    () => coarseness(whole()),
    () => window.value && loadSoon(),
  )
  onBeforeUnmount(() => clearTimeout(settling))
  return finer
}

/** Changes when the rows per point do. */
const coarseness = (all: readonly Series[]): string =>
  all.map(({ total, x }) => Math.round(total / Math.max(1, x.length))).join()
