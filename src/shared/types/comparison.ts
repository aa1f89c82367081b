import { z } from 'zod'
import { split } from './dataset'

const interval = z.tuple([z.number(), z.number()]).readonly()

/** Two versions on the images that both were evaluated on; differences are second minus first. */
export const pairedComparison = z
  .object({
    dataset: z.string(),
    split,
    samples: z.number(),
    accuracy: interval,
    difference: z
      .object({ difference: z.number(), interval, pValue: z.number(), onlyFirst: z.number(), onlySecond: z.number() })
      .readonly(),
    perClass: z
      .array(
        z
          .object({
            name: z.string(),
            samples: z.number(),
            first: z.number(),
            second: z.number(),
            onlyFirst: z.number(),
            onlySecond: z.number(),
          })
          .readonly(),
      )
      .readonly(),
    /** Number of images with different predictions, and the first of them. */
    flipCount: z.number(),
    flips: z
      .array(z.object({ sample: z.number(), label: z.string(), first: z.string(), second: z.string() }).readonly())
      .readonly(),
  })
  .readonly()
export type PairedComparison = z.infer<typeof pairedComparison>

/** One version's predictions for an image. */
export const classification = z
  .object({
    version: z.string(),
    /** Highest first. */
    top: z.array(z.object({ name: z.string(), probability: z.number() }).readonly()).readonly(),
    /** For one image: median of `runs` after a warm-up. */
    latencyMs: z.number(),
    runs: z.number(),
    threads: z.number(),
    /** The library, and how the file was modified. */
    runtime: z.string(),
  })
  .readonly()
export type Classification = z.infer<typeof classification>
