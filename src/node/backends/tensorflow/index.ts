import { existsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import * as tf from '@tensorflow/tfjs-core'
import { nativeKernelNames } from '../../../core/kernels/native'
import { NNOptError } from '../../../shared/errors'
import { sampleGpus } from '../../system/metrics'
import type { Availability, Backend, RunningBackend } from '../backend'
import { cpuFlags } from './cpuLevel'
import { environment } from './environment'
import { registerTensorflowKernels } from './kernels'
import type { TensorflowKernelBackend } from './kernels/operations'
import { runtimeFolder } from '../runtimeFolder'
import { layout } from './layout'
import { findSource, type Source } from './load'
import { computeCapability, cpuPrecision, gpuPrecision } from './precision'

const NAME = 'tensorflow'
const PRIORITY = 30
const MISSING = "TensorFlow is not installed: run 'nnopt runtime tensorflow', or train on another backend"
const OUTDATED =
  "TensorFlow was installed by another version of this program: run 'nnopt runtime tensorflow' again, or train on another backend"

/** Why a runtime folder without a usable TensorFlow has none. */
export const missingReason = (folder: string): string => (existsSync(layout(folder).manifest) ? OUTDATED : MISSING)

const device = (gpu: boolean): string => (gpu ? 'GPU (CUDA)' : `CPU (${availableParallelism()} threads)`)

/** TensorFlow's C library through tfjs-node's addon: the fastest training on CPUs, and CUDA. */
export const tensorflowBackend: Backend = {
  kind: 'backend',
  id: NAME,
  label: 'TensorFlow',
  priority: PRIORITY,
  environment,
  available,
  create,
}

async function available(): Promise<Availability> {
  const source = findSource()
  return source
    ? {
        available: true,
        version: source.version,
        device: device(source.gpu),
        memoryBytes: source.gpu ? (await sampleGpus())[0]?.memoryTotalBytes : totalmem(),
      }
    : { available: false, reason: missingReason(runtimeFolder()) }
}

async function create(): Promise<RunningBackend> {
  const source = findSource()
  if (!source) throw new NNOptError('unavailable', missingReason(runtimeFolder()))
  const backend = await select(source)
  const gpu = backend.binding.isUsingGpuDevice()
  const hasOwnOperations = !gpu && source.loadOperations()
  registerTensorflowKernels(backend, hasOwnOperations)
  return {
    name: NAME,
    device: device(gpu),
    version: backend.binding.TF_Version,
    threads: availableParallelism(),
    mixedPrecision: gpu ? gpuPrecision(await computeCapability()) : cpuPrecision(cpuFlags(), hasOwnOperations),
    dispose,
  }
}

async function select(source: Source): Promise<TensorflowKernelBackend> {
  try {
    source.load()
    if (!(await tf.setBackend(NAME))) throw new Error('the backend did not initialize')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new NNOptError(
      'unavailable',
      `TensorFlow of '${source.description}' did not load: ${reason}; install it again`,
      {},
      { cause },
    )
  }
  return tf.backend() as TensorflowKernelBackend
}

/** The addon stays loaded: native libraries cannot be unloaded from a thread. */
function dispose(): void {
  for (const kernelName of Object.values(nativeKernelNames)) {
    if (tf.getKernel(kernelName, NAME)) tf.unregisterKernel(kernelName, NAME)
  }
  tf.removeBackend(NAME)
}
