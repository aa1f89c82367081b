import type { BackendInfo, BackendScore } from '../../shared/types'
import type { BackendStatus } from '../backends'

/**
 * Every backend with its device and its latest score on this machine; the first available one that is not a fallback is
 * the default.
 */
export async function backendInfos(): Promise<readonly BackendInfo[]> {
  const { knownScore } = await import('../backends/score')
  return infos(async (status) => (status.available ? knownScore(status) : null))
}

/**
 * The same, measuring scores that are unknown, or all with `again`. Fallbacks are slow, so only `again` measures them.
 */
export async function measuredBackends({ again }: { readonly again: boolean }): Promise<readonly BackendInfo[]> {
  const { knownScore, measureScore } = await import('../backends/score')
  return infos(async (status) => {
    if (!status.available) return null
    const known = again ? null : knownScore(status)
    return known ?? (status.isFallback && !again ? null : measureScore(status))
  })
}

async function infos(
  scoreOf: (status: BackendStatus) => Promise<BackendScore | null>,
): Promise<readonly BackendInfo[]> {
  const { listBackends, preferred } = await import('../backends')
  const statuses = await listBackends()
  const chosen = preferred(statuses)?.id
  const described: BackendInfo[] = []
  // One at a time, because each must be measured alone.
  for (const status of statuses) described.push(describe(status, chosen, await scoreOf(status)))
  return described
}

const describe = (status: BackendStatus, chosen: string | undefined, score: BackendScore | null): BackendInfo => ({
  id: status.id,
  label: status.label,
  available: status.available,
  isDefault: status.id === chosen,
  version: status.available ? status.version : null,
  device: status.available ? status.device : null,
  memoryBytes: status.available ? (status.memoryBytes ?? null) : null,
  reason: status.available ? null : status.reason,
  score,
})
