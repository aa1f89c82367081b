import { availableParallelism, totalmem } from 'node:os'
import { halfTypes } from '../../../core/kernels/precision'
import { sampleGpus } from '../../system/metrics'
import { defineBackend } from '../backend'
import type { Availability } from '../backend'
import { runtimeFolder } from '../runtimeFolder'
import { environment } from './environment'
import { findSource, missingReason } from './load'

/** TensorFlow's C library through tfjs-node's addon. */
export const tensorflowBackend = defineBackend({
  id: 'tensorflow',
  label: 'TensorFlow',
  help: 'The fastest training on CPUs, and CUDA; installed by nnopt runtime tensorflow',
  priority: 30,
  halfTypes,
  environment,
  available,
  create: async () => (await import('./create')).create(),
})

async function available(): Promise<Availability> {
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
