import { computed } from 'vue'
import type { createAnswers } from './answers'
import type { createRatios } from './ratios'
import { ratiosOf } from './settings'
import type { PlannerSettings } from './settings'

/** Parameters for the prune step that produce exactly the plan. */
export function createPruneStep(
  settings: PlannerSettings,
  { kept }: Pick<ReturnType<typeof createRatios>, 'kept'>,
  { plan }: Pick<ReturnType<typeof createAnswers>, 'plan'>,
) {
  const step = computed(() => ({
    method: `${settings.importance}-structured`,
    pruningRatio: ratiosOf(plan.value?.counts ?? []),
    roundTo: settings.roundTo,
    minChannels: settings.minChannels,
    ...(kept.value.size > 0 && { protect: [...kept.value] }),
  }))
  const isCut = computed(() => Object.keys(step.value.pruningRatio).length > 0)
  return { step, isCut }
}
