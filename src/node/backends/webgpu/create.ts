import * as tf from '@tensorflow/tfjs-core'
import { NNOptError } from '../../../shared/errors'
import type { RunningBackend } from '../backend'
import { packageVersion } from '../packageVersion'
import { describeAdapter, openDevice } from './dawn'
import type { AdapterInfo, Device } from './dawn'
import { watchDevice } from './failures'
import type { Failures } from './failures'
import { packageName } from './index'
import { registerWebgpuKernels } from './kernels/index'
import type { WebgpuKernelBackend } from './kernels/kernel'

const NAME = 'webgpu'

/** What is used of the package. */
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
  // The package registers a factory of its own, with a device of its own.
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

/** Commands fail later than their call returns, and what they should have written is then anything: no number leaves the device after a failure. */
function checkReads(backend: WebgpuKernelBackend, failures: Failures): void {
  const read = backend.read.bind(backend)
  backend.read = async (dataId) => {
    const values = await read(dataId).catch(async (error: unknown) => {
      // The device says that it is lost a moment after the reads that it ends.
      await new Promise((resolve) => setImmediate(resolve))
      throw failures.first() ?? error
    })
    const failure = failures.first()
    if (failure) throw failure
    return values
  }
}
