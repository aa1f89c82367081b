import { isPresent } from '../locks/presence'
import type { Store } from '../store'
import { readRunFacts } from '../store/facts'
import type { ActiveRun, RunEnd } from '../store/tables/runs'

/** Whether a run of this process is in its queue; without a queue, all of them are. */
type IsQueued = (runId: string) => boolean

/** The runs that nobody works on any more: their owner is gone, or has forgotten them. */
export async function abandonedRuns(store: Store, isQueued: IsQueued = () => true): Promise<readonly ActiveRun[]> {
  const isAbandoned = ({ id, owner }: ActiveRun): boolean =>
    owner === null || (owner === store.presence ? !isQueued(id) : !isPresent(store.paths, owner))
  return (await store.runs.active()).filter(isAbandoned)
}

/** Records how they ended where their folder says so, else marks them as crashed: they can be resumed at once. */
export async function closeAbandonedRuns(store: Store, isQueued?: IsQueued): Promise<readonly ActiveRun[]> {
  const closed: ActiveRun[] = []
  for (const run of await abandonedRuns(store, isQueued)) {
    const end = unrecordedEnd(store, run.id)
    const isClosed = end
      ? await store.runs.abandon(run, end)
      : await markCrashed(store, run, `the program executing run '${run.id}' ended`)
    if (isClosed) closed.push(run)
  }
  return closed
}

/** An end that its program could write into the run's folder only, because the database took nothing. */
function unrecordedEnd({ paths }: Store, runId: string): RunEnd | undefined {
  const facts = readRunFacts(paths, runId)
  return facts && facts.finishedAt !== null ? facts : undefined
}

/** Records why a run ended, so that it can be resumed; false when it has another owner by now, or ended. */
export const markCrashed = (store: Store, run: ActiveRun, why: string): Promise<boolean> =>
  store.runs.abandon(run, {
    status: 'crashed',
    finishedAt: new Date().toISOString(),
    error: { code: 'crashed', message: `${why}; resume it with 'nnopt resume ${run.id}'` },
  })

/** Whether somebody works in the workspace now: what lies about may be theirs. */
export async function isAtWork(store: Store): Promise<boolean> {
  const abandoned = new Set((await abandonedRuns(store)).map(({ id }) => id))
  return (await store.runs.active()).some(({ id, status }) => status === 'running' && !abandoned.has(id))
}
