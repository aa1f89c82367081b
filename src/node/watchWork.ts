import type { HostEvent, Run } from '../shared/types'
import type { Host } from './createHost'

/** What the shell of the desktop shows of the work: how many runs, how far, and which one has just ended. */
export interface Work {
  readonly active: number
  /** Progress of the current run (0..1); null if unknown. */
  readonly share: number | null
  readonly ended: { readonly name: string; readonly status: Run['status'] } | null
}

const working: readonly Run['status'][] = ['running', 'queued']

/** Says what the runs do whenever that changes. Returns the function that ends it. */
export async function watchWork(
  { store, hub }: Pick<Host, 'store' | 'hub'>,
  tell: (work: Work) => void,
): Promise<() => void> {
  const known = new Map((await store.runs.list()).map(({ id, status }) => [id, status]))
  const isWorking = (status: Run['status']): boolean => working.includes(status)
  const say = (share: number | null, ended: Work['ended'] = null): void =>
    tell({ active: [...known.values()].filter(isWorking).length, share, ended })
  const receive = (event: HostEvent): void => {
    if (event.kind === 'run.progress') say(event.progress.total ? event.progress.done / event.progress.total : null)
    if (event.kind !== 'run.changed') return
    const { id, name, status } = event.run
    const before = known.get(id)
    known.set(id, status)
    const hasEnded = before !== undefined && isWorking(before) && !isWorking(status) && status !== 'paused'
    if (before !== status) say(null, hasEnded ? { name, status } : null)
  }
  return hub.subscribe(({ event }) => receive(event))
}
