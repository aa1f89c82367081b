import { z } from 'zod'

/** Costs of a network. Latencies are medians for one image on this CPU; null if not requested. */
export const networkCosts = z
  .object({
    params: z.number(),
    nonzeroParams: z.number(),
    macs: z.number(),
    sizeBytes: z.number(),
    gzipBytes: z.number(),
    predictedLatencyMs: z.number().nullable(),
    measuredLatencyMs: z.number().nullable(),
  })
  .readonly()
export type NetworkCosts = z.infer<typeof networkCosts>

/** Effect of pruning one group of channels, or one layer's weights, with everything else unchanged. */
export const plannedGroup = z
  .object({
    name: z.string(),
    /** Channels of a group, or nonzero weights of a layer. */
    before: z.number(),
    after: z.number(),
    params: z.number(),
    macs: z.number(),
    sizeBytes: z.number(),
    gzipBytes: z.number(),
    predictedLatencyMs: z.number().nullable(),
    /** On the sample, without fine-tuning; null without a dataset. */
    accuracy: z.number().nullable(),
    accuracyDrop: z.number().nullable(),
    /** Why it cannot be pruned; null if it can. */
    blocked: z.string().nullable(),
  })
  .readonly()
export type PlannedGroup = z.infer<typeof plannedGroup>

/** The outcome of pruning, computed before it is done. */
export const prunePlan = z
  .object({
    version: z.string(),
    method: z.string(),
    groups: z.array(plannedGroup).readonly(),
    before: networkCosts,
    after: networkCosts,
    accuracy: z
      .object({
        /** Images it was measured on. */
        samples: z.number(),
        split: z.string(),
        before: z.number(),
        /** Of all pruning together, without fine-tuning. */
        untuned: z.number(),
        /** `before` minus the drops of all groups: the accuracy to expect if their effects add up. */
        expected: z.number(),
      })
      .readonly()
      .nullable(),
  })
  .readonly()
export type PrunePlan = z.infer<typeof prunePlan>
