import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as tf from '@tensorflow/tfjs-core'
import { NNOptError } from '../../../shared/errors'
import type { Availability, Backend, RunningBackend } from '../backend'
import { describeAdapter, isSoftware, noAdapter, openDevice } from './dawn'
import type { AdapterInfo, Device } from './dawn'
import { watchDevice } from './failures'
import type { Failures } from './failures'
import { registerWebgpuKernels } from './kernels/index'
import type { WebgpuKernelBackend } from './kernels/kernel'
import { probeAdapter } from './probe'

const name = 'webgpu'
const priority = 20
const packageName = '@tensorflow/tfjs-backend-webgpu'
const require = createRequire(import.meta.url)

/** tfjs' WebGPU backend on Dawn, with training kernels of ours: graphics devices of every vendor. */
export const webgpuBackend: Backend = {
  kind: 'backend',
  id: name,
  label: 'WebGPU',
  priority,
  environment: {},
  available,
  create,
}

async function available(): Promise<Availability> {
  const version = packageVersion()
  if (version === undefined)
    return { available: false, reason: `${packageName} is not installed: run 'npm ci' in the program's folder` }
  const probe = await probeAdapter()
  if (!probe) return { available: false, reason: noAdapter }
  if ('problem' in probe) return { available: false, reason: probe.problem }
  return { available: true, version, device: describeAdapter(probe.info), isFallback: isSoftware(probe.info) }
}

function packageVersion(): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(require.resolve(`${packageName}/package.json`), 'utf8')) as {
      readonly version: string
    }
    return version
  } catch {
    return undefined
  }
}

/** What is used of the package. */
interface WebgpuModule {
  readonly WebGPUBackend: new (device: Device, info: AdapterInfo) => WebgpuKernelBackend
}

async function create(): Promise<RunningBackend> {
  const version = packageVersion()
  if (version === undefined)
    throw new NNOptError('unavailable', `${packageName} is not installed: run 'npm ci' in the program's folder`)
  const { device, info } = await openDevice()
  const { WebGPUBackend } = (await import(packageName)) as WebgpuModule
  const backend = new WebGPUBackend(device, info)
  const label = describeAdapter(info)
  const failures = watchDevice(device, label)
  checkReads(backend, failures)
  // The package registers a factory of its own, with a device of its own.
  if (tf.findBackendFactory(name)) tf.removeBackend(name)
  tf.registerBackend(name, () => backend)
  if (!(await tf.setBackend(name)))
    throw new NNOptError(
      'unavailable',
      `${packageName} ${version} did not start on ${label}: update the graphics driver`,
    )
  const removeKernels = registerWebgpuKernels(name, backend)
  return {
    name,
    device: label,
    version,
    threads: 1,
    failure: failures.first,
    dispose: () => {
      failures.expectEnd()
      removeKernels()
      tf.removeBackend(name)
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
