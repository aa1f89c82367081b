import { z } from 'zod'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'
import { versionName } from '../../../shared/fields'

const params = z.object({
  version: versionName().describe('Version to export'),
  format: z.enum(['onnx']).default('onnx').describe('File format'),
  out: z.string().min(1).meta({ path: 'new' }).describe('Output file'),
  overwrite: z.boolean().default(true).describe('Replace an existing file'),
  padChannels: z
    .boolean()
    .default(false)
    .describe(
      "Pad odd channel counts with zeros to fill the runtime's vectors, where a run on real images gives the same scores",
    ),
})

/** Writes a version to a file outside the workspace. */
export const exportStep = defineStep({
  id: 'export',
  label: 'Export',
  help: 'Writes a version to a file',
  params,
  run: async (context: StepContext, { version, format, out, overwrite, padChannels }): Promise<StepOutput> => {
    const { exportVersion } = await import('../work/versions/exportVersion')
    const request = { version: await context.version(version), out, overwrite, padChannels }
    const { path, sizeBytes, padding, warnings } = await exportVersion(context.store, request)
    warnings.forEach(context.warn)
    return { output: { path, format, sizeBytes, padding } }
  },
})
