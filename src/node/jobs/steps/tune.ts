import { z } from 'zod'
import { engines } from '../../../shared/types'
import { defineStep } from '../step'
import { versionName } from '../../../shared/fields'

const params = z.object({
  version: versionName().describe('Version to tune'),
  batch: z
    .array(z.number().int().min(1).max(1024))
    .min(1)
    .default([1, 4, 8, 32])
    .meta({ unit: 'images' })
    .describe('Batch sizes to try for throughput'),
  engines: z
    .array(z.enum(engines))
    .min(1)
    .optional()
    .describe('Inference libraries to try (default: all installed ones)'),
})

/** Finds the fastest way to run a version on this machine, for throughput and for one image, and remembers it. */
export const tuneStep = defineStep({
  id: 'tune',
  label: 'Tune',
  help: 'Finds the fastest runtime configuration of a version on this machine',
  params,
  exclusive: true,
  run: async (context, { version, batch, engines: wanted }) => {
    const { tuneVersion } = await import('../work/measure/tuneVersion')
    const tuning = await tuneVersion(
      { version: await context.version(version), batches: batch, engines: wanted },
      context,
    )
    tuning.warnings.forEach(context.warn)
    return { output: { tuning } }
  },
})
