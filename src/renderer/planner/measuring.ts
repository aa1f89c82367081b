import { computed, shallowRef } from 'vue'
import type { ComputedRef } from 'vue'
import type { ParamsOf } from '../../shared/contract'
import type { PlannedMeasurement } from '../../shared/types'
import { createTask } from '../composables/task'

/** Measures the current plan on request. The result stays visible with the plan it belongs to. */
export function createMeasuring(asked: ComputedRef<ParamsOf<'versions.pruneMeasure'>>) {
  const task = createTask('versions.pruneMeasure')
  const measurement = shallowRef<{ readonly of: string; readonly result: PlannedMeasurement }>()
  const key = computed(() => JSON.stringify(asked.value))
  const measured = computed(() => measurement.value?.result)
  const isMeasuredPlan = computed(() => measurement.value?.of === key.value)

  async function startMeasuring(): Promise<void> {
    const of = key.value
    const result = await task.start(asked.value)
    if (result) measurement.value = { of, result }
  }
  function forgetMeasurement(): void {
    task.cancel()
    measurement.value = undefined
  }
  return {
    measuring: task.state,
    measured,
    isMeasuredPlan,
    startMeasuring,
    cancelMeasuring: task.cancel,
    forgetMeasurement,
  }
}
