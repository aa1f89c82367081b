import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'
import { planParams } from '../work/prune/parameters'

/** Says what pruning would bring and cost, group by group; makes no version. */
export const prunePlanStep = defineStep({
  id: 'prune-plan',
  label: 'Plan pruning',
  params: planParams,
  usesBackend: true,
  run: async (context: StepContext, options): Promise<StepOutput> =>
    (await import('../work/prune/planPruning')).planPruning(context, options),
})
