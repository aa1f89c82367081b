import { defineStore } from 'pinia'
import { reactive, watch } from 'vue'

/** What a result should reach; empty means no limit. */
export interface Targets {
  /** Points of accuracy that may be lost against the version that others came from. */
  maxDropPoints: number | null
  maxSizeBytes: number | null
  maxLatencyMs: number | null
}

interface Settings {
  targets: Targets
  /** Columns of the table of versions. */
  columns: string[]
  /** Address of the Python package index from which runtimes come; empty means the engine's own setting. */
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
    // Written by another program or by hand: start anew.
    return initial
  }
}

/** What a person set on this device. */
export const useSettings = defineStore('settings', () => {
  const settings = reactive(structuredClone(stored()))
  watch(settings, (now) => localStorage.setItem(key, JSON.stringify(now)))
  return { settings }
})
