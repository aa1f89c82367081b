import { defineBackend } from '../backend'
import type { Availability } from '../backend'
import { packageVersion } from '../packageVersion'
import { describeAdapter, isSoftware, noAdapter } from './dawn'
import { probeAdapter } from './probe'

export const packageName = '@tensorflow/tfjs-backend-webgpu'

/** tfjs' WebGPU backend on Dawn, with our own training kernels. */
export const webgpuBackend = defineBackend({
  id: 'webgpu',
  label: 'WebGPU',
  help: 'Graphics devices of every vendor, through Dawn',
  priority: 20,
  available,
  create: async () => (await import('./create')).create(),
})

async function available(): Promise<Availability> {
  const version = packageVersion(packageName)
  if (version === undefined)
    return { available: false, reason: `${packageName} is not installed: run 'npm ci' in the program's folder` }
  const probe = await probeAdapter()
  if (!probe) return { available: false, reason: noAdapter }
  if ('problem' in probe) return { available: false, reason: probe.problem }
  return { available: true, version, device: describeAdapter(probe.info), isFallback: isSoftware(probe.info) }
}
