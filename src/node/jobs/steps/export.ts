import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { writeArtifact } from '../../store/writeArtifact'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'

const params = z.object({
  version: z.string().min(1).describe('Version to write'),
  format: z.enum(['onnx']).default('onnx').describe('File format'),
  out: z.string().min(1).describe('File to write'),
})

/** Writes a version to a file outside the workspace. */
export const exportStep = defineStep({
  id: 'export',
  label: 'Export',
  params,
  run: async (context: StepContext, { version, format, out }): Promise<StepOutput> => {
    const bytes = readFileSync(context.store.paths.model(context.version(version).id))
    const path = writeArtifact(out, bytes)
    return { output: { path, format, sizeBytes: bytes.length } }
  },
})
