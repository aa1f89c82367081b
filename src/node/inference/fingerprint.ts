import { createHash } from 'node:crypto'
import { cpuInfo, cpuInstructions } from './cpu'
import { OPENVINO_VERSION, readOpenvinoManifest } from './openvino/runtimePaths'
import { runtimeName } from './runtimeVersion'

/** The libraries that can run models here, with their versions. */
export const installedLibraries = (): readonly string[] => [
  runtimeName(),
  ...(readOpenvinoManifest() ? [`OpenVINO ${OPENVINO_VERSION}`] : []),
]

/** Names the CPU and the libraries: what was measured under one fingerprint does not hold under another. */
export function cpuFingerprint(): string {
  const { model, architecture, cores } = cpuInfo()
  return createHash('sha256')
    .update(JSON.stringify([model, architecture, cores, cpuInstructions(), installedLibraries()]))
    .digest('hex')
    .slice(0, 16)
}
