import { readFileSync } from 'node:fs'
import { readOnnx, writeOnnx } from '../../core/onnx/index'
import { padChannels } from '../../core/deploy/padChannels'

/** A version's file as it is, or with zero channels that fill the runtime's vectors; the file itself where there is nothing to fill. */
export function exportedBytes(path: string, pad: boolean): Uint8Array {
  const bytes = readFileSync(path)
  return (pad ? paddedBytes(bytes) : undefined) ?? bytes
}

/** With zero channels; undefined where there is nothing to fill. */
export function paddedBytes(bytes: Uint8Array): Uint8Array | undefined {
  const { graph, padded } = padChannels(readOnnx(bytes, { fileName: 'model.onnx' }))
  return padded.length === 0 ? undefined : writeOnnx(graph)
}
