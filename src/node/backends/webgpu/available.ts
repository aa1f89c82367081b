import type { Availability } from '../backend'
import { packageVersion } from '../packageVersion'
import { describeAdapter, isSoftware, noAdapter } from './dawn'
import { probeAdapter } from './probe'

export const packageName = '@tensorflow/tfjs-backend-webgpu'

/** Whether it can train here, and on what; else why not. */
export async function available(): Promise<Availability> {
  const version = packageVersion(packageName)
  if (version === undefined)
    return { available: false, reason: `${packageName} is not installed: run 'npm ci' in the program's folder` }
  const probe = await probeAdapter()
  if (!probe) return { available: false, reason: noAdapter }
  if ('problem' in probe) return { available: false, reason: probe.problem }
  return { available: true, version, device: describeAdapter(probe.info), isFallback: isSoftware(probe.info) }
}
