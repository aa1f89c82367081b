import { z } from 'zod'

/** Progress of installing a training runtime. */
export const runtimeProgress = z
  .object({
    phase: z.enum(['find', 'download', 'extract', 'compile', 'verify']),
    message: z.string(),
    doneBytes: z.number().nullable(),
    totalBytes: z.number().nullable(),
  })
  .readonly()
export type RuntimeProgress = z.infer<typeof runtimeProgress>

/** TensorFlow's library on the engine's machine. */
export const runtimeStatus = z
  .object({
    /** Whether this system supports it. */
    isSupported: z.boolean(),
    folder: z.string(),
    installed: z.object({ version: z.string(), gpu: z.boolean() }).readonly().nullable(),
    /** Progress of an installation that is running. */
    progress: runtimeProgress.nullable(),
    /** Why the last installation failed. */
    problem: z.string().nullable(),
  })
  .readonly()
export type RuntimeStatus = z.infer<typeof runtimeStatus>
