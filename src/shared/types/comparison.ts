import { z } from 'zod'
import { split } from './dataset'

const interval = z.tuple([z.number(), z.number()]).readonly()

/** Two versions on the images that both were evaluated on; differences are the second minus the first. */
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
    /** How many images got another answer, and the first of them. */
    flipCount: z.number(),
    flips: z
      .array(z.object({ sample: z.number(), label: z.string(), first: z.string(), second: z.string() }).readonly())
      .readonly(),
  })
  .readonly()
export type PairedComparison = z.infer<typeof pairedComparison>

/** What one version says to a picture. */
export const classification = z
  .object({
    version: z.string(),
    /** Highest first. */
    top: z.array(z.object({ name: z.string(), probability: z.number() }).readonly()).readonly(),
    /** Of one image, median of `runs` after a warm-up. */
    latencyMs: z.number(),
    runs: z.number(),
    threads: z.number(),
    /** Library, and what was done to the file. */
    runtime: z.string(),
  })
  .readonly()
export type Classification = z.infer<typeof classification>
