import { z } from 'zod'
import { exportedBytes } from '../../store/exportedBytes'
import { writeArtifact } from '../../store/writeArtifact'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'

const params = z.object({
  version: z.string().min(1).describe('Version to export'),
  format: z.enum(['onnx']).default('onnx').describe('File format'),
  out: z.string().min(1).meta({ path: 'new' }).describe('Output file'),
  padChannels: z
    .boolean()
    .default(false)
    .describe("Pad odd channel counts with zeros to fill the runtime's vectors; results do not change"),
})

/** Writes a version to a file outside the workspace. */
export const exportStep = defineStep({
  id: 'export',
  label: 'Export',
  params,
  run: async (context: StepContext, { version, format, out, padChannels }): Promise<StepOutput> => {
    const bytes = exportedBytes(context.store.paths.model((await context.version(version)).id), padChannels)
    const path = writeArtifact(out, bytes)
    return { output: { path, format, sizeBytes: bytes.length } }
  },
})
