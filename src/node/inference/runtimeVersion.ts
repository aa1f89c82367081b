import { createRequire } from 'node:module'
import { z } from 'zod'

const packageSchema = z.object({ version: z.string() })

/** Name and version of the runtime, for every number that was measured with it. Reads its package.json; does not load its library. */
export function runtimeName(): string {
  const { version } = packageSchema.parse(createRequire(import.meta.url)('onnxruntime-node/package.json'))
  return `onnxruntime-node ${version}`
}
