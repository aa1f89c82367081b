import { z } from 'zod'

const interval = z.tuple([z.number(), z.number()]).readonly()
const dtype = z.enum(['int8', 'uint8'])

/** A weight, with its numbers as they are calculated with: integers count as what they stand for. */
export const layerWeight = z
  .object({
    /** Name of the initializer. */
    tensor: z.string(),
    shape: z.array(z.number()).readonly(),
    dtype: z.string(),
    count: z.number(),
    zeros: z.number(),
    range: interval,
    /** Null in float. `scale` from the smallest to the largest of the slices. */
    quantization: z.object({ dtype, slices: z.number(), scale: interval, zeroPoint: interval }).readonly().nullable(),
  })
  .readonly()

/** What a person takes for a layer: an operator with the normalization and activation behind it. */
export const layer = z
  .object({
    /** Name of its first node. */
    name: z.string(),
    /** The same, without what its neighbours share. */
    label: z.string(),
    stage: z.string(),
    ops: z.array(z.string()).readonly(),
    nodes: z.array(z.string()).readonly(),
    /** Names of the layers that it reads. */
    inputs: z.array(z.string()).readonly(),
    /** Name of the value that it gives. */
    output: z.string(),
    shape: z.array(z.number()).readonly(),
    params: z.number(),
    macs: z.number(),
    weight: layerWeight.nullable(),
    /** Of its output; null where that stays in float. */
    quantization: z.object({ dtype, scale: z.number(), zeroPoint: z.number() }).readonly().nullable(),
  })
  .readonly()
export type Layer = z.infer<typeof layer>

/** Counts of equal bins from `low` to `high`. */
export const histogram = z
  .object({ low: z.number(), high: z.number(), counts: z.array(z.number()).readonly() })
  .readonly()
export type Histogram = z.infer<typeof histogram>

/** One weight in detail. */
export const weightDetails = z
  .object({
    tensor: z.string(),
    shape: z.array(z.number()).readonly(),
    histogram,
    /** Smallest and largest number of every output channel. */
    channels: z.array(interval).readonly(),
    /** Share of masked positions, without a mask of zeros; rows output channels, columns what they read; thinned to a picture. */
    sparsity: z.object({ rows: z.number(), columns: z.number(), shares: z.array(z.number()).readonly() }).readonly(),
    /** Of the slices, in order; empty in float. */
    scale: z.array(z.number()).readonly(),
    zeroPoint: z.array(z.number()).readonly(),
    /** Positions that a mask keeps at zero; null without a mask. */
    masked: z.number().nullable(),
  })
  .readonly()
export type WeightDetails = z.infer<typeof weightDetails>

/** What an activation was seen to hold, as observers read it. */
export const activationStatistics = z
  .object({
    value: z.string(),
    images: z.number(),
    count: z.number(),
    min: z.number(),
    max: z.number(),
    /** Smallest and largest number of every image. */
    batches: z.array(interval).readonly(),
    /** Bins [i · 2^exponent, (i + 1) · 2^exponent), i = firstBin, firstBin + 1, … */
    exponent: z.number(),
    firstBin: z.number(),
    counts: z.array(z.number()).readonly(),
  })
  .readonly()
export type ActivationStatistics = z.infer<typeof activationStatistics>

/** Where the time of an inference goes. */
export const layerProfile = z
  .object({
    /** Milliseconds of one batch, median over the runs, by the name of the layer. */
    layers: z.array(z.object({ name: z.string(), ms: z.number(), kernel: z.string() }).readonly()).readonly(),
    /** Conversions and copies that belong to no layer. */
    otherMs: z.number(),
    /** By kernel, the longest first. */
    operators: z.array(z.object({ op: z.string(), calls: z.number(), ms: z.number() }).readonly()).readonly(),
    /** Nodes of a quantized network that run in float all the same, and conversions in its midst. */
    unfused: z.array(z.object({ name: z.string(), op: z.string() }).readonly()).readonly(),
    /** Nodes of the file, and kernels that run for them. */
    nodes: z.number(),
    kernels: z.number(),
    advice: z.array(z.string()).readonly(),
    batch: z.number(),
    threads: z.number(),
    runs: z.number(),
  })
  .readonly()
export type LayerProfile = z.infer<typeof layerProfile>
