import { createHash } from 'node:crypto'
import { cpuInfo, cpuInstructions } from './cpu'
import { OPENVINO_VERSION, readOpenvinoManifest } from './openvino/runtimePaths'
import { runtimeName } from './runtimeVersion'

/** The available inference libraries and their versions. */
export const installedLibraries = (): readonly string[] => [
  runtimeName(),
  ...(readOpenvinoManifest() ? [`OpenVINO ${OPENVINO_VERSION}`] : []),
]

/** Identifies the CPU and the libraries; measurements are valid only for the same fingerprint. */
export function cpuFingerprint(): string {
  const { model, architecture, cores } = cpuInfo()
  return createHash('sha256')
    .update(JSON.stringify([model, architecture, cores, cpuInstructions(), installedLibraries()]))
    .digest('hex')
    .slice(0, 16)
}
