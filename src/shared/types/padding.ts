import { z } from 'zod'

/** A file padded with zero channels beside the original, on real images in a default session. */
export const paddingCheck = z
  .object({
    /** Groups of channels that grew. */
    filled: z.number(),
    /** Layers that keep their channel counts: padded, their int8 products would saturate in other places. */
    unsafe: z.array(z.string()).readonly(),
    dataset: z.string(),
    images: z.number(),
    /** Share of the images on which both name the same class. */
    top1Agreement: z.number(),
    /** Largest difference of a score, and the largest score. */
    largestDifference: z.number(),
    largestScore: z.number(),
    /** Whether the padded file may replace the original. */
    agrees: z.boolean(),
  })
  .readonly()
export type PaddingCheck = z.infer<typeof paddingCheck>
