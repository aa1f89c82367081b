import type { Work } from '../shared/engineHost'
import type { HostEvent, RunStatus } from '../shared/types'
import type { Host } from './createHost'

const isActive = (status: RunStatus): boolean => status === 'running' || status === 'queued'
const isUnfinished = (status: RunStatus): boolean => isActive(status) || status === 'paused'

/** Reports what the runs of this host do whenever that changes. Returns the function that ends it. */
export function watchWork({ owns, hub }: Pick<Host, 'owns' | 'hub'>, tell: (work: Work) => void): () => void {
  const known = new Map<string, RunStatus>()
  const report = (share: number | null, ended: Work['ended'] = null): void => {
    const active = [...known.values()].filter(isActive).length
    tell({ active, paused: known.size - active, share, ended })
  }
  const receive = (event: HostEvent): void => {
    if (event.kind === 'run.progress' && known.has(event.runId))
      report(event.progress.total ? event.progress.done / event.progress.total : null)
    if (event.kind !== 'run.changed') return
    const { id, name, status } = event.run
    const before = known.get(id)
    if (before === status || (before === undefined && !owns(id))) return
    if (isUnfinished(status)) known.set(id, status)
    else known.delete(id)
    report(null, before && isActive(before) && !isUnfinished(status) ? { name, status } : null)
  }
  return hub.subscribe(({ event }) => receive(event))
}
