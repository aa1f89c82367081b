import { shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import type { Grid } from '../../../core/fakeQuant/grid'
import { quantizationEffect } from '../../../core/quantize/observers/effect'
import type { QuantizationEffect } from '../../../core/quantize/observers/effect'
import { observers } from '../../../core/quantize/observers/index'
import type { Statistics } from '../../../core/quantize/observers/distribution'

export interface ComparedObserver {
  readonly id: string
  readonly label: string
  readonly help: string
  readonly effect: QuantizationEffect
}

/**
 * Applies each observer's range to the values, one observer per task, because the searching ones are slow on large
 * tensors. A new tensor or grid cancels the previous round.
 */
export function useComparedObservers(
  statistics: Ref<Statistics | null | undefined>,
  grid: Ref<Grid>,
): ShallowRef<readonly ComparedObserver[]> {
  const compared = shallowRef<readonly ComparedObserver[]>([])
  let turn = 0
  watch(
    [statistics, grid],
    async () => {
      const mine = ++turn
      const seen = statistics.value
      const values = seen?.distribution()
      if (!seen || !values) return
      const rows: ComparedObserver[] = []
      for (const { id, label, help, range } of observers.list()) {
        rows.push({ id, label, help, effect: quantizationEffect(values, range(seen, {}, grid.value), grid.value) })
        await new Promise((resolve) => setTimeout(resolve))
        if (mine !== turn) return
        if (compared.value.length < observers.ids.length) compared.value = rows.slice()
      }
      compared.value = rows
    },
    { immediate: true },
  )
  return compared
}
