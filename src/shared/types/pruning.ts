import { z } from 'zod'

/** Costs of one form of a network, counted in its graph; `predictedLatencyMs` is null until its layers have been timed. */
export const plannedCost = z
  .object({
    params: z.number(),
    macs: z.number(),
    sizeBytes: z.number(),
    /** Of the file after gzip; null where it was not asked for. */
    gzipBytes: z.number().nullable(),
    predictedLatencyMs: z.number().nullable(),
  })
  .readonly()
export type PlannedCost = z.infer<typeof plannedCost>

/** Channels that go together. */
export const pruningGroup = z
  .object({
    /** First of the layers that make the channels: what `pruningRatio` names. */
    name: z.string(),
    /** Layers whose output channels these are. */
    layers: z.array(z.string()).readonly(),
    channels: z.number(),
    /** Why it stays whole; null where it may lose channels. */
    blocked: z.string().nullable(),
  })
  .readonly()
export type PruningGroup = z.infer<typeof pruningGroup>

/** Accuracy without fine-tuning when one group alone has lost a share of its channels. */
export const sensitivityPoint = z
  .object({ removedShare: z.number().min(0).max(1), channels: z.number(), accuracy: z.number().min(0).max(1) })
  .readonly()
export type SensitivityPoint = z.infer<typeof sensitivityPoint>

export const sensitivityCurve = z.object({ group: z.string(), points: z.array(sensitivityPoint).readonly() }).readonly()
export type SensitivityCurve = z.infer<typeof sensitivityCurve>

/** Curves of the groups that were tried, and the accuracy of the whole network on the same images. */
export const sensitivity = z
  .object({
    accuracy: z.number().min(0).max(1),
    samples: z.number(),
    split: z.string(),
    curves: z.array(sensitivityCurve).readonly(),
  })
  .readonly()
export type Sensitivity = z.infer<typeof sensitivity>

/** What a network would be without some of its channels. */
export const channelPlan = z
  .object({
    counts: z.array(z.object({ name: z.string(), before: z.number(), after: z.number() }).readonly()).readonly(),
    cost: plannedCost,
    /** Accuracy right after the cut, without fine-tuning: the drops of all groups, read off their curves, combined so that it does not fall below guessing; null where a group that loses channels has no curve. */
    expectedAccuracy: z.number().nullable(),
  })
  .readonly()
export type ChannelPlan = z.infer<typeof channelPlan>

/** What was measured of a planned network; nothing of it is stored. */
export const plannedMeasurement = z
  .object({
    /** Medians of one image, of networks that took turns. */
    latencyMs: z.object({ before: z.number(), after: z.number() }).readonly(),
    threads: z.number(),
    /** Without any fine-tuning; null without a dataset. */
    accuracy: z
      .object({ before: z.number(), after: z.number(), samples: z.number(), split: z.string() })
      .readonly()
      .nullable(),
    warnings: z.array(z.string()).readonly(),
  })
  .readonly()
export type PlannedMeasurement = z.infer<typeof plannedMeasurement>

export const counted = z.object({ done: z.number(), total: z.number() }).readonly()
