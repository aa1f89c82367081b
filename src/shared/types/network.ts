import { z } from 'zod'

/** What the file of a version holds, counted in the file. `sparsity` is the share of zeros among convolution and linear weights. */
export const networkFacts = z
  .object({
    totalParams: z.number(),
    nonzeroParams: z.number(),
    sparsity: z.number(),
    /** Multiply-accumulate operations of one image. */
    macs: z.number(),
    /** Size of the file after gzip. */
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
