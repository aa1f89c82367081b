import { computed, reactive, shallowRef } from 'vue'
import type { ComputedRef } from 'vue'
import type { Sensitivity } from '../../shared/types'
import { createTask } from '../composables/task'
import type { Choice } from './settings'

/** Sensitivity of all groups, measured in the background; curves are kept per way of choosing channels. */
export function createScan(choice: ComputedRef<Choice>) {
  const task = createTask('versions.pruneSensitivity')
  const scanned = reactive({ dataset: '', samples: 128, done: 0, total: 0 })
  const known = shallowRef<ReadonlyMap<string, Sensitivity>>(new Map())
  const key = computed(() => JSON.stringify([choice.value, scanned.dataset, scanned.samples]))
  const sensitivity = computed(() => known.value.get(key.value))

  async function startScan(): Promise<void> {
    const mine = key.value
    Object.assign(scanned, { done: 0, total: 0 })
    await task.start(
      { ...choice.value, dataset: scanned.dataset, samples: scanned.samples },
      ({ done, total, curve, ...facts }) => {
        Object.assign(scanned, { done, total })
        const before = done > 1 ? (known.value.get(mine)?.curves ?? []) : []
        known.value = new Map([...known.value, [mine, { ...facts, curves: curve ? [...before, curve] : before }]])
      },
    )
  }
  return { scan: task.state, scanned, sensitivity, startScan, cancelScan: task.cancel }
}
