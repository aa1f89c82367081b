import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'
import { planParams, resolvePlan } from '../work/prune/parameters'
import type { PlanParams } from '../work/prune/parameters'

/** Says what pruning would bring and cost, group by group; makes no version. */
export const prunePlanStep = defineStep({
  id: 'prune-plan',
  label: 'Plan pruning',
  help: 'Says what pruning would save and cost, group by group; makes no version',
  params: planParams,
  usesBackend: true,
  resolve: resolvePlan,
  run: async (context: StepContext, options: PlanParams): Promise<StepOutput> =>
    (await import('../work/prune/planPruning')).planPruning(context, options),
})
