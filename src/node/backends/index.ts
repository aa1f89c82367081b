import { NNOptError } from '../../shared/errors'
import { collect } from '../../shared/registry'
import type { Availability, Backend, RunningBackend } from './backend'

export type { Availability, Backend, RunningBackend } from './backend'

/** Every way to train. Importing it loads no native code, and no tfjs. */
export const backends = collect<Backend>('backend', import.meta.glob('./*/index.ts', { eager: true }))

export type BackendStatus = Pick<Backend, 'id' | 'label' | 'priority'> & Availability

/** What can train here and what cannot, with the reason; the preferred one first. */
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

/** The first that is available and no mere fallback. */
export const preferred = (statuses: readonly BackendStatus[]): BackendStatus | undefined =>
  statuses.find((status) => status.available && !status.isFallback)

/** The named backend, or with 'auto' the preferred one that is available. Throws `notFound` or `unavailable` with what to do. */
export async function findBackend(id: string): Promise<Backend> {
  if (id !== 'auto') return backends.get(id)
  const first = preferred(await listBackends())
  if (!first) throw new NNOptError('unavailable', "no training backend is available: run 'nnopt backends' to see why")
  return backends.get(first.id)
}

/** Variables for a process that trains on this backend. 'auto' may choose any and gets those of all; a backend that is not there is refused by the process itself. */
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
