import { z } from 'zod'

/** How far a piece of work is; `total` is absent while it is unknown. */
export const progress = z
  .object({
    /** What is being done, such as 'calibrating'. */
    label: z.string(),
    done: z.number(),
    total: z.number().optional(),
    unit: z.string().optional(),
    etaSeconds: z.number().optional(),
    /** Numbers worth a glance: loss, accuracy, samples per second. */
    figures: z.record(z.string(), z.number()).readonly().optional(),
  })
  .readonly()
export type Progress = z.infer<typeof progress>
