import { z } from 'zod'

/** Progress of work; `total` is absent if unknown. */
export const progress = z
  .object({
    /** What is being done, such as 'calibrating'. */
    label: z.string(),
    done: z.number(),
    total: z.number().optional(),
    unit: z.string().optional(),
    etaSeconds: z.number().optional(),
    /** Numbers of interest: loss, accuracy, images per second. */
    figures: z.record(z.string(), z.number()).readonly().optional(),
  })
  .readonly()
export type Progress = z.infer<typeof progress>
