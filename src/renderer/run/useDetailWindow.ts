import { onBeforeUnmount } from 'vue'
import type { Ref } from 'vue'
import type { AbscissaMap } from './abscissa'
import type { DetailWindow } from './useSeriesDetail'
import type { SharedView } from './view'

/** Requests more than is visible, so that a short pan shows fine lines immediately. */
const margin = 1
/** A window that is covered by one this many times as large is requested again. */
const mostTimesLarger = 4

interface ShownStep {
  readonly stepIndex: number
  readonly map: AbscissaMap
}

/** Keeps the detail window around what the charts show; there is none while they show everything. */
export function useDetailWindow(
  view: SharedView,
  detail: Ref<DetailWindow | undefined>,
  shown: () => ShownStep | undefined,
): void {
  const forget = view.onChange(() => {
    const range = view.range.value
    const step = shown()
    if (!range || !step) return void (detail.value = undefined)
    const [from, to] = [step.map.momentOf(range.from), step.map.momentOf(range.to)]
    if (!Number.isFinite(from) || !Number.isFinite(to)) return
    const length = to - from
    if (!isCovered(detail.value, { stepIndex: step.stepIndex, from, to }))
      detail.value = { stepIndex: step.stepIndex, from: from - margin * length, to: to + margin * length }
  })
  onBeforeUnmount(forget)
}

const isCovered = (known: DetailWindow | undefined, { stepIndex, from, to }: DetailWindow): boolean =>
  known !== undefined &&
  known.stepIndex === stepIndex &&
  from >= known.from &&
  to <= known.to &&
  known.to - known.from < mostTimesLarger * (1 + 2 * margin) * (to - from)
