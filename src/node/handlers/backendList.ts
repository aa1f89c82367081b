import type { BackendInfo } from '../../shared/types'

/** Every backend with what it would run on; the first that is available is the default. */
export async function backendInfos(): Promise<readonly BackendInfo[]> {
  const { listBackends } = await import('../backends')
  const statuses = await listBackends()
  const chosen = statuses.find(({ available }) => available)?.id
  return statuses.map((status) => ({
    id: status.id,
    label: status.label,
    available: status.available,
    isDefault: status.id === chosen,
    version: status.available ? status.version : null,
    device: status.available ? status.device : null,
    reason: status.available ? null : status.reason,
  }))
}
