import { NNOptError } from '../../shared/errors'
import { collect } from '../../shared/registry'
import type { Availability, Backend, RunningBackend } from './backend'

export type { Availability, Backend, RunningBackend } from './backend'

/** All training backends. Importing this loads no native code and no tfjs. */
export const backends = collect<Backend>('backend', import.meta.glob('./*/index.ts', { eager: true }))

export type BackendStatus = Pick<Backend, 'id' | 'label' | 'priority'> & Availability

/** Which backends are available and, if not, why; the preferred one first. */
export async function listBackends(): Promise<readonly BackendStatus[]> {
  const byPriority = [...backends.list()].sort((a, b) => b.priority - a.priority)
  return Promise.all(
    byPriority.map(async (backend) => ({
      id: backend.id,
      label: backend.label,
      priority: backend.priority,
      ...(await backend.available()),
    })),
  )
}

/** The first available one that is not a fallback. */
export const preferred = (statuses: readonly BackendStatus[]): BackendStatus | undefined =>
  statuses.find((status) => status.available && !status.isFallback)

/**
 * The named backend or, for 'auto', the preferred available one. Throws `notFound` or `unavailable` with what to do.
 */
export async function findBackend(id: string): Promise<Backend> {
  if (id !== 'auto') return backends.get(id)
  const first = preferred(await listBackends())
  if (!first) throw new NNOptError('unavailable', "no training backend is available: run 'nnopt backends' to see why")
  return backends.get(first.id)
}

/**
 * Environment for a process that trains on this backend. 'auto' may choose any backend, so it gets the variables of
 * all; the process itself reports a backend that is unavailable.
 */
export const environmentFor = (id: string): Readonly<Record<string, string>> =>
  Object.assign(
    {},
    ...backends
      .list()
      .filter((backend) => id === 'auto' || backend.id === id)
      .map(({ environment }) => environment),
  )

/** Starts a backend in this thread. */
export async function chooseBackend(id: string): Promise<{ readonly id: string; readonly running: RunningBackend }> {
  const backend = await findBackend(id)
  return { id: backend.id, running: await backend.create() }
}
