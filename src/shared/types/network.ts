import { z } from 'zod'

/** Counts of a version's file. `sparsity` is the share of zeros among convolution and linear weights. */
export const networkFacts = z
  .object({
    totalParams: z.number(),
    nonzeroParams: z.number(),
    sparsity: z.number(),
    /** Multiply-accumulate operations per image. */
    macs: z.number(),
    /** gzip size of the file. */
    gzipBytes: z.number(),
    layers: z
      .array(
        z
          .object({
            name: z.string(),
            op: z.string(),
            shape: z.array(z.number()).readonly(),
            params: z.number(),
            nonzeroParams: z.number(),
            sparsity: z.number(),
            macs: z.number(),
          })
          .readonly(),
      )
      .readonly(),
  })
  .readonly()
export type NetworkFacts = z.infer<typeof networkFacts>
