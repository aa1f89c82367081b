import { z } from 'zod'

/** Costs of a network of one form. Latencies are medians of one image on this CPU; null where it was not asked for. */
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

/** What pruning would do to one group of channels, or to one layer's weights, everything else left as it is. */
export const plannedGroup = z
  .object({
    name: z.string(),
    /** Channels of a group, weights that are not zero of a layer. */
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
    /** Why it stays whole; null where it may be pruned. */
    blocked: z.string().nullable(),
  })
  .readonly()
export type PlannedGroup = z.infer<typeof plannedGroup>

/** The outcome of a pruning before it is done. */
export const prunePlan = z
  .object({
    version: z.string(),
    method: z.string(),
    groups: z.array(plannedGroup).readonly(),
    before: networkCosts,
    after: networkCosts,
    accuracy: z
      .object({
        /** Images that it was measured on. */
        samples: z.number(),
        split: z.string(),
        before: z.number(),
        /** Of the whole pruning without fine-tuning. */
        untuned: z.number(),
        /** `before` less the drops of all groups: what is to be expected where their effects add up. */
        expected: z.number(),
      })
      .readonly()
      .nullable(),
  })
  .readonly()
export type PrunePlan = z.infer<typeof prunePlan>
