import { createRequire } from 'node:module'
import { z } from 'zod'

const packageSchema = z.object({ version: z.string() })

/**
 * Name and version of the runtime, recorded with every measurement. Reads its package.json without loading the library.
 */
export function runtimeName(): string {
  const { version } = packageSchema.parse(createRequire(import.meta.url)('onnxruntime-node/package.json'))
  return `onnxruntime-node ${version}`
}
