import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'
import { pruneParams, resolvePruning } from '../work/prune/parameters'
import type { PruneParams } from '../work/prune/parameters'

/** Makes a smaller version out of an fp32 one: zeros among its weights, or fewer channels. */
export const pruneStep = defineStep({
  id: 'prune',
  label: 'Prune',
  help: 'Makes a smaller version from an fp32 one: zeros among its weights, or fewer channels',
  makes: 'version',
  params: pruneParams,
  usesBackend: true,
  resolve: (fields, issues): PruneParams => resolvePruning(fields, issues),
  run: async (context: StepContext, options: PruneParams): Promise<StepOutput> =>
    (await import('../work/prune/pruneVersion')).pruneVersion(context, options),
})
