import { availableParallelism } from 'node:os'
import * as tf from '@tensorflow/tfjs-core'
import { nativeKernelNames } from '../../../core/kernels/native'
import { NNOptError } from '../../../shared/errors'
import { cpuInstructions } from '../../inference/cpu'
import type { RunningBackend } from '../backend'
import { runtimeFolder } from '../../userFolders'
import { deviceName } from './available'
import { registerTensorflowKernels } from './kernels'
import type { TensorflowKernelBackend } from './kernels/operations'
import { findSource, missingReason } from './load'
import type { Source } from './load'
import { computeCapability, cpuPrecision, gpuPrecision } from './precision'

const NAME = 'tensorflow'

/** Starts TensorFlow in this thread. */
export async function create(): Promise<RunningBackend> {
  const source = findSource()
  if (!source) throw new NNOptError('unavailable', missingReason(runtimeFolder()))
  const backend = await select(source)
  const gpu = backend.binding.isUsingGpuDevice()
  const hasOwnOperations = !gpu && source.loadOperations()
  registerTensorflowKernels(backend, hasOwnOperations)
  return {
    name: NAME,
    device: deviceName(gpu),
    version: backend.binding.TF_Version,
    threads: availableParallelism(),
    // A GPU keeps working after a call returns; reading then would leave it idle.
    readsSynchronously: !gpu,
    mixedPrecision: gpu ? gpuPrecision(await computeCapability()) : cpuPrecision(cpuInstructions(), hasOwnOperations),
    dispose,
  }
}

async function select(source: Source): Promise<TensorflowKernelBackend> {
  try {
    source.load(tf)
    if (!(await tf.setBackend(NAME))) throw new Error('the backend did not initialize')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new NNOptError(
      'unavailable',
      `TensorFlow from '${source.description}' did not load: ${reason}; reinstall it`,
      {},
      { cause },
    )
  }
  return tf.backend() as TensorflowKernelBackend
}

/** The addon stays loaded, because a thread cannot unload native libraries. */
function dispose(): void {
  for (const kernelName of Object.values(nativeKernelNames)) {
    if (tf.getKernel(kernelName, NAME)) tf.unregisterKernel(kernelName, NAME)
  }
  tf.removeBackend(NAME)
}
