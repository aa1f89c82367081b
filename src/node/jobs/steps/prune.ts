import { checkPruneConfig } from '../../../core/prune/checkConfig'
import { checkPrecision } from '../../backends/checkPrecision'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'
import { pruneParams } from '../work/prune/parameters'

/** Makes a smaller version out of an fp32 one: zeros among its weights, or fewer channels. */
export const pruneStep = defineStep({
  id: 'prune',
  label: 'Prune',
  params: pruneParams,
  usesBackend: true,
  check: (options) => {
    checkPruneConfig(options)
    checkPrecision(options)
  },
  run: async (context: StepContext, options): Promise<StepOutput> =>
    (await import('../work/prune/pruneVersion')).pruneVersion(context, options),
})
