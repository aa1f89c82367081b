import { availableParallelism, totalmem } from 'node:os'
import { sampleGpus } from '../../system/metrics'
import type { Availability } from '../backend'
import { runtimeFolder } from '../../userFolders'
import { findSource, missingReason } from './load'

/** Whether it can train here, and on what; else why not. */
export async function available(): Promise<Availability> {
  const source = findSource()
  return source
    ? {
        available: true,
        version: source.version,
        device: deviceName(source.gpu),
        memoryBytes: source.gpu ? (await sampleGpus())[0]?.memoryTotalBytes : totalmem(),
      }
    : { available: false, reason: missingReason(runtimeFolder()) }
}

export const deviceName = (gpu: boolean): string => (gpu ? 'GPU (CUDA)' : `CPU (${availableParallelism()} threads)`)
