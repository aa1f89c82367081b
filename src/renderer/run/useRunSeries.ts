import { computed } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import { withDetail } from './series'
import { useMetricFeeds } from './useMetricFeeds'
import type { SeriesOfRuns } from './useMetricFeeds'
import { useSeriesDetail } from './useSeriesDetail'
import type { DetailWindow } from './useSeriesDetail'

/** Metrics of runs: thinned over the whole run, growing while it is live; the first one finer in an open window. */
export function useRunSeries(
  ids: Ref<readonly string[]>,
  detail: Ref<DetailWindow | undefined>,
): ComputedRef<SeriesOfRuns> {
  const whole = useMetricFeeds(ids)
  const first = (): string | undefined => ids.value[0]
  const finer = useSeriesDetail(first, () => whole.value.get(first() ?? '') ?? [], detail)
  return computed(
    () =>
      new Map(
        [...whole.value].map(([id, all]) => [
          id,
          all.map((series) =>
            withDetail(
              series,
              id === first()
                ? finer.value.find(({ kind, stepIndex }) => kind === series.kind && stepIndex === series.stepIndex)
                : undefined,
            ),
          ),
        ]),
      ),
  )
}
