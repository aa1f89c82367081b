import { z } from 'zod'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'
import { pruneParams } from './prune'

const params = pruneParams.extend({
  planSamples: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(256)
    .meta({ unit: 'images' })
    .describe('Validation images on which each group is tried by itself'),
})

export type PlanParams = z.output<typeof params>

/** Says what pruning would bring and cost, group by group; makes no version. */
export const prunePlanStep = defineStep({
  id: 'prune-plan',
  label: 'Plan a pruning',
  params,
  usesBackend: true,
  run: async (context: StepContext, options): Promise<StepOutput> =>
    (await import('../models/planPruning')).planPruning(context, options),
})
