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
