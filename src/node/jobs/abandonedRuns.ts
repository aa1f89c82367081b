import { uptime } from 'node:os'
import type { Run } from '../../shared/types'
import type { Store } from '../store'
import { isAlive } from './machineLock'

const bootedAt = (): number => Date.now() - uptime() * 1000

/** Whether the process that a run names can still be working on it. */
export const isAbandoned = ({ status, pid, startedAt, createdAt }: Run): boolean =>
  (status === 'queued' || status === 'running' || status === 'paused') &&
  (pid === null || !isAlive(pid) || Date.parse(startedAt ?? createdAt) < bootedAt())

/** Marks runs whose process is gone: they can be resumed. */
export async function closeAbandonedRuns(
  store: Store,
  isOwn: (runId: string) => boolean = () => false,
): Promise<readonly Run[]> {
  const open = await store.runs.list(['queued', 'running', 'paused'])
  const abandoned = open.filter((run) => !isOwn(run.id) && isAbandoned(run))
  for (const { id } of abandoned) await markCrashed(store, id, `the program executing run '${id}' ended`)
  return abandoned
}

/** Records why a run ended; it can be resumed. */
export const markCrashed = (store: Store, runId: string, why: string): Promise<void> =>
  store.runs.update(runId, {
    status: 'crashed',
    error: { code: 'crashed', message: `${why}; resume it with 'nnopt resume ${runId}'` },
    finishedAt: new Date().toISOString(),
    pid: null,
    progress: null,
  })
