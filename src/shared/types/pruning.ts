import { z } from 'zod'

/** Share of a cost that pruning keeps; latency is measured on this CPU. */
export const keptShare = z
  .object({ target: z.enum(['params', 'macs', 'latency']), share: z.number().gt(0).max(1) })
  .readonly()
export type KeptShare = z.infer<typeof keptShare>

/** At most `keep` of every `of` consecutive weights along the input channels stay. */
export const sparsityPattern = z
  .object({ keep: z.number().int().min(1), of: z.number().int().min(2) })
  .readonly()
  .refine(({ keep, of }) => keep < of, 'expected N:M such as 2:4 with 0 < N < M')
export type SparsityPattern = z.infer<typeof sparsityPattern>

/** Costs of a network, counted in its graph; `predictedLatencyMs` is null until its layers have been timed. */
export const plannedCost = z
  .object({
    params: z.number(),
    macs: z.number(),
    sizeBytes: z.number(),
    /** gzip size of the file; null if not requested. */
    gzipBytes: z.number().nullable(),
    predictedLatencyMs: z.number().nullable(),
  })
  .readonly()
export type PlannedCost = z.infer<typeof plannedCost>

/** Channels that must be removed together. */
export const pruningGroup = z
  .object({
    /** First of the layers that produce the channels; `pruningRatio` refers to it. */
    name: z.string(),
    /** Layers whose output channels these are. */
    layers: z.array(z.string()).readonly(),
    channels: z.number(),
    /** Why the group cannot be pruned; null if it can. */
    blocked: z.string().nullable(),
  })
  .readonly()
export type PruningGroup = z.infer<typeof pruningGroup>

/** Accuracy without fine-tuning when a single group has lost a share of its channels. */
export const sensitivityPoint = z
  .object({ removedShare: z.number().min(0).max(1), channels: z.number(), accuracy: z.number().min(0).max(1) })
  .readonly()
export type SensitivityPoint = z.infer<typeof sensitivityPoint>

export const sensitivityCurve = z.object({ group: z.string(), points: z.array(sensitivityPoint).readonly() }).readonly()
export type SensitivityCurve = z.infer<typeof sensitivityCurve>

/** Curves of the groups that were tried, and the accuracy of the unpruned network on the same images. */
export const sensitivity = z
  .object({
    accuracy: z.number().min(0).max(1),
    samples: z.number(),
    split: z.string(),
    curves: z.array(sensitivityCurve).readonly(),
  })
  .readonly()
export type Sensitivity = z.infer<typeof sensitivity>

/** A network as it would be without some of its channels. */
export const channelPlan = z
  .object({
    counts: z.array(z.object({ name: z.string(), before: z.number(), after: z.number() }).readonly()).readonly(),
    cost: plannedCost,
    /**
     * Expected accuracy right after pruning, without fine-tuning: the drops of all groups, read off their curves and
     * combined so that the result stays above chance; null if a pruned group has no curve.
     */
    expectedAccuracy: z.number().nullable(),
  })
  .readonly()
export type ChannelPlan = z.infer<typeof channelPlan>

/** Measurements of a planned network; none of them are stored. */
export const plannedMeasurement = z
  .object({
    /** Medians for one image; the networks took turns. */
    latencyMs: z.object({ before: z.number(), after: z.number() }).readonly(),
    threads: z.number(),
    /** Without fine-tuning; null without a dataset. */
    accuracy: z
      .object({ before: z.number(), after: z.number(), samples: z.number(), split: z.string() })
      .readonly()
      .nullable(),
    warnings: z.array(z.string()).readonly(),
  })
  .readonly()
export type PlannedMeasurement = z.infer<typeof plannedMeasurement>

export const counted = z.object({ done: z.number(), total: z.number() }).readonly()
