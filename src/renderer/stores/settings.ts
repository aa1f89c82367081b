import { defineStore } from 'pinia'
import { reactive, watch } from 'vue'

/** Targets for results; empty means no limit. */
export interface Targets {
  /** Maximum accuracy drop in points, relative to the version that others were made from. */
  maxDropPoints: number | null
  maxSizeBytes: number | null
  maxLatencyMs: number | null
}

interface Settings {
  targets: Targets
  /** Visible columns of the versions table. */
  columns: string[]
  /** Python package index to download runtimes from; empty uses the engine's own setting. */
  packageIndex: string
}

const key = 'nnopt.settings'
const initial: Settings = {
  targets: { maxDropPoints: 1, maxSizeBytes: null, maxLatencyMs: null },
  columns: ['type', 'parent', 'accuracy', 'interval', 'size', 'latency', 'speed', 'created'],
  packageIndex: '',
}

function stored(): Settings {
  try {
    const known = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Settings>
    return { ...initial, ...known, targets: { ...initial.targets, ...known.targets } }
  } catch {
    // Written by another program or by hand: start from the defaults.
    return initial
  }
}

/** Settings stored on this computer. */
export const useSettings = defineStore('settings', () => {
  const settings = reactive(structuredClone(stored()))
  watch(settings, (now) => localStorage.setItem(key, JSON.stringify(now)))
  return { settings }
})
