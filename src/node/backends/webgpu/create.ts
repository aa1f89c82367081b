import * as tf from '@tensorflow/tfjs-core'
import { NNOptError } from '../../../shared/errors'
import type { RunningBackend } from '../backend'
import { packageVersion } from '../packageVersion'
import { describeAdapter, openDevice } from './dawn'
import type { AdapterInfo, Device } from './dawn'
import { watchDevice } from './failures'
import type { Failures } from './failures'
import { packageName } from './available'
import { registerWebgpuKernels } from './kernels/index'
import type { WebgpuKernelBackend } from './kernels/kernel'

const NAME = 'webgpu'

/** The parts of the package used here. */
interface WebgpuModule {
  readonly WebGPUBackend: new (device: Device, info: AdapterInfo) => WebgpuKernelBackend
}

/** Starts WebGPU in this thread. */
export async function create(): Promise<RunningBackend> {
  const version = packageVersion(packageName)
  if (version === undefined)
    throw new NNOptError('unavailable', `${packageName} is not installed: run 'npm ci' in the program's folder`)
  const { device, info } = await openDevice()
  const { WebGPUBackend } = (await import(packageName)) as WebgpuModule
  const backend = new WebGPUBackend(device, info)
  const label = describeAdapter(info)
  const failures = watchDevice(device, label)
  checkReads(backend, failures)
  // The package registers its own factory with its own device.
  if (tf.findBackendFactory(NAME)) tf.removeBackend(NAME)
  tf.registerBackend(NAME, () => backend)
  if (!(await tf.setBackend(NAME)))
    throw new NNOptError(
      'unavailable',
      `${packageName} ${version} did not start on ${label}: update the graphics driver`,
    )
  const removeKernels = registerWebgpuKernels(NAME, backend)
  return {
    name: NAME,
    device: label,
    version,
    threads: 1,
    readsSynchronously: false,
    failure: failures.first,
    dispose: () => {
      failures.expectEnd()
      removeKernels()
      tf.removeBackend(NAME)
      device.destroy()
    },
  }
}

/**
 * Commands fail after their call has returned, and their results are then undefined: after a failure, nothing is read
 * from the device.
 */
function checkReads(backend: WebgpuKernelBackend, failures: Failures): void {
  const read = backend.read.bind(backend)
  backend.read = async (dataId) => {
    const values = await read(dataId).catch(async (error: unknown) => {
      // The device reports its loss slightly after the reads that it aborts.
      await new Promise((resolve) => setImmediate(resolve))
      throw failures.first() ?? error
    })
    const failure = failures.first()
    if (failure) throw failure
    return values
  }
}
