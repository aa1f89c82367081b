import { z } from 'zod'

const interval = z.tuple([z.number(), z.number()]).readonly()
const dtype = z.enum(['int8', 'uint8'])

/** A weight, with the values used in computation: quantized weights are dequantized. */
const layerWeight = z
  .object({
    /** Name of the initializer. */
    tensor: z.string(),
    shape: z.array(z.number()).readonly(),
    dtype: z.string(),
    count: z.number(),
    zeros: z.number(),
    range: interval,
    /** Null in float. `scale` ranges over all slices. */
    quantization: z.object({ dtype, slices: z.number(), scale: interval, zeroPoint: interval }).readonly().nullable(),
  })
  .readonly()

/** A layer as users see it: an operator with its normalization and activation. */
export const layer = z
  .object({
    /** Name of its first node. */
    name: z.string(),
    /** The name without the part shared with its neighbors. */
    label: z.string(),
    stage: z.string(),
    ops: z.array(z.string()).readonly(),
    nodes: z.array(z.string()).readonly(),
    /** Names of its input layers. */
    inputs: z.array(z.string()).readonly(),
    /** Name of its output value. */
    output: z.string(),
    shape: z.array(z.number()).readonly(),
    params: z.number(),
    macs: z.number(),
    weight: layerWeight.nullable(),
    /** Of its output; null if that stays in float. */
    quantization: z.object({ dtype, scale: z.number(), zeroPoint: z.number() }).readonly().nullable(),
  })
  .readonly()
export type Layer = z.infer<typeof layer>

/** Counts of equal-width bins from `low` to `high`. */
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
    /** Minimum and maximum of every output channel. */
    channels: z.array(interval).readonly(),
    /**
     * Share of masked positions or, without a mask, of zeros. Rows are output channels, columns are their inputs;
     * thinned to a displayable size.
     */
    sparsity: z.object({ rows: z.number(), columns: z.number(), shares: z.array(z.number()).readonly() }).readonly(),
    /** Per slice, in order; empty in float. */
    scale: z.array(z.number()).readonly(),
    zeroPoint: z.array(z.number()).readonly(),
    /** Positions held at zero by a mask; null without a mask. */
    masked: z.number().nullable(),
  })
  .readonly()
export type WeightDetails = z.infer<typeof weightDetails>

/** Observed values of an activation, as used by observers. */
export const activationStatistics = z
  .object({
    value: z.string(),
    images: z.number(),
    count: z.number(),
    min: z.number(),
    max: z.number(),
    /** Minimum and maximum of every image. */
    batches: z.array(interval).readonly(),
    /** Bins [i · 2^exponent, (i + 1) · 2^exponent), i = firstBin, firstBin + 1, … */
    exponent: z.number(),
    firstBin: z.number(),
    counts: z.array(z.number()).readonly(),
  })
  .readonly()
export type ActivationStatistics = z.infer<typeof activationStatistics>

/** Where an inference spends its time. */
export const layerProfile = z
  .object({
    /** Milliseconds per batch, median over the runs, by layer name. */
    layers: z.array(z.object({ name: z.string(), ms: z.number(), kernel: z.string() }).readonly()).readonly(),
    /** Conversions and copies that belong to no layer. */
    otherMs: z.number(),
    /** By kernel, longest first. */
    operators: z.array(z.object({ op: z.string(), calls: z.number(), ms: z.number() }).readonly()).readonly(),
    /** Nodes of a quantized network that run in float anyway, and conversions between quantized nodes. */
    unfused: z.array(z.object({ name: z.string(), op: z.string() }).readonly()).readonly(),
    /** Nodes in the file, and the kernels that execute them. */
    nodes: z.number(),
    kernels: z.number(),
    advice: z.array(z.string()).readonly(),
    batch: z.number(),
    threads: z.number(),
    runs: z.number(),
  })
  .readonly()
export type LayerProfile = z.infer<typeof layerProfile>
