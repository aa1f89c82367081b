import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import type { AbscissaMap } from './abscissa'
import type { ChartDefinition } from './chartList'
import type { Line } from './paintLines'
import type { Series } from './series'
import { smooth } from './smooth'

/** A run whose curves are drawn. */
export interface ShownRun {
  readonly id: string
  readonly name: string
  readonly series: readonly Series[]
  readonly map: AbscissaMap
}

/** The curves of each chart, by chart id. Colors distinguish the curves of one run, or several runs. */
export function useLines(
  runs: ComputedRef<readonly ShownRun[]>,
  charts: ComputedRef<readonly ChartDefinition[]>,
  smoothing: ComputedRef<number>,
): ComputedRef<ReadonlyMap<string, readonly Line[]>> {
  return computed(
    () => new Map(charts.value.map(({ id, members }) => [id, linesOf(runs.value, members, smoothing.value)])),
  )
}

function linesOf(runs: readonly ShownRun[], members: ChartDefinition['members'], smoothing: number): readonly Line[] {
  const isAlone = runs.length === 1
  return runs.flatMap(({ name, series, map }, runIndex) =>
    members.flatMap(({ kind, key, label }, memberIndex) =>
      series
        .filter((each) => each.kind === kind && each.values.has(key))
        .map((each): Line => {
          const values = each.values.get(key) ?? {
            min: new Float32Array(),
            mean: new Float32Array(),
            max: new Float32Array(),
          }
          // A handful of epochs needs no smoothing.
          const isSmoothed = smoothing > 0 && kind !== 'epoch'
          return {
            ...values,
            label: isAlone ? label : `${name}: ${label}`,
            color: isAlone ? memberIndex : runIndex,
            dash: isAlone ? (memberIndex > 0 ? 2 * memberIndex : 0) : 2 * memberIndex,
            xs: map.of(each),
            line: isSmoothed ? smooth(values.mean, each.counts, smoothing) : values.mean,
            isSmoothed,
          }
        }),
    ),
  )
}
