import { computed, shallowRef } from 'vue'
import type { ComputedRef } from 'vue'
import type { PruningGroup } from '../../shared/types'
import { mostPercent } from './settings'
import type { PlannerSettings } from './settings'

/** Share of channels removed per group, set by the user or by the engine to meet a goal. */
export function createRatios(
  open: ComputedRef<readonly PruningGroup[]>,
  settings: PlannerSettings,
  onChange: () => void,
) {
  const shares = shallowRef<Readonly<Record<string, number>>>({})
  /** Set by the user while there is a goal; the goal leaves them unchanged. */
  const byHand = shallowRef<ReadonlySet<string>>(new Set())
  /** Protected groups. */
  const kept = shallowRef<ReadonlySet<string>>(new Set())
  const without = (names: ReadonlySet<string>, gone: readonly string[]): ReadonlySet<string> =>
    new Set([...names].filter((name) => !gone.includes(name)))

  /** What a goal does not change. */
  const fixed = computed(() => {
    const pruningRatio = Object.fromEntries(Object.entries(shares.value).filter(([name]) => byHand.value.has(name)))
    return { pruningRatio, protect: [...kept.value, ...without(byHand.value, Object.keys(pruningRatio))] }
  })

  function setRatio(names: readonly string[], share: number): void {
    const changed = open.value.filter(({ name }) => names.includes(name) && !kept.value.has(name))
    const next = {
      ...shares.value,
      ...Object.fromEntries(changed.map(({ name, channels }) => [name, Math.min(share, mostPercent(channels) / 100)])),
    }
    shares.value = Object.fromEntries(Object.entries(next).filter(([, each]) => each > 0))
    if (settings.goal !== 'hand') byHand.value = new Set([...byHand.value, ...changed.map(({ name }) => name)])
    onChange()
  }
  function release(name: string): void {
    byHand.value = without(byHand.value, [name])
    onChange()
  }
  function keepWhole(names: readonly string[], isKept: boolean): void {
    kept.value = new Set([...without(kept.value, names), ...(isKept ? names : [])])
    byHand.value = without(byHand.value, names)
    shares.value = Object.fromEntries(Object.entries(shares.value).filter(([name]) => !kept.value.has(name)))
    onChange()
  }
  function reset(): void {
    ;[shares.value, byHand.value, kept.value] = [{}, new Set(), new Set()]
    settings.goal = 'hand'
    onChange()
  }
  return { shares, byHand, kept, fixed, setRatio, release, keepWhole, reset }
}
