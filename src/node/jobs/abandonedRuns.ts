import { isPresent } from '../locks/presence'
import type { Store } from '../store'
import type { ActiveRun } from '../store/tables/runs'

/** Whether a run of this process is in its queue; without a queue, all of them are. */
type IsQueued = (runId: string) => boolean

/** The runs that nobody works on any more: their owner is gone, or has forgotten them. */
export async function abandonedRuns(store: Store, isQueued: IsQueued = () => true): Promise<readonly ActiveRun[]> {
  const isAbandoned = ({ id, owner }: ActiveRun): boolean =>
    owner === null || (owner === store.presence ? !isQueued(id) : !isPresent(store.paths, owner))
  return (await store.runs.active()).filter(isAbandoned)
}

/** Marks them as crashed: they can be resumed at once. */
export async function closeAbandonedRuns(store: Store, isQueued?: IsQueued): Promise<readonly ActiveRun[]> {
  const closed: ActiveRun[] = []
  for (const run of await abandonedRuns(store, isQueued)) {
    if (await markCrashed(store, run, `the program executing run '${run.id}' ended`)) closed.push(run)
  }
  return closed
}

/** Records why a run ended, so that it can be resumed; false when it has another owner by now, or ended. */
export const markCrashed = (store: Store, run: ActiveRun, why: string): Promise<boolean> =>
  store.runs.abandon(run, { code: 'crashed', message: `${why}; resume it with 'nnopt resume ${run.id}'` })

/** Whether somebody works in the workspace now: what lies about may be theirs. */
export async function isAtWork(store: Store): Promise<boolean> {
  const abandoned = new Set((await abandonedRuns(store)).map(({ id }) => id))
  return (await store.runs.active()).some(({ id, status }) => status === 'running' && !abandoned.has(id))
}
