import type { EventHub } from './handlers/events'
import type { Store } from './store'

const pollMs = 1000

type Fingerprints = Readonly<Record<'versions' | 'datasets', string>> & { readonly runs: ReadonlyMap<string, string> }

const look = (store: Store): Fingerprints => ({
  versions: JSON.stringify([store.versions.list(false), store.versions.list(true)]),
  datasets: JSON.stringify(store.datasets.list()),
  runs: new Map(
    store.runs.list().map((run) => [run.id, JSON.stringify([run.status, run.results.length, run.progress])]),
  ),
})

/** Other programs write to the same workspace: publishes what they changed. Returns the function that ends it. */
export function watchWorkspace(store: Store, hub: EventHub): () => void {
  let seenVersion = store.dataVersion()
  let seen = look(store)
  const check = (): void => {
    const version = store.dataVersion()
    if (version === seenVersion) return
    const found = look(store)
    if (found.versions !== seen.versions) hub.publish({ kind: 'versions.changed' })
    if (found.datasets !== seen.datasets) hub.publish({ kind: 'datasets.changed' })
    for (const run of store.runs.list()) {
      if (found.runs.get(run.id) !== seen.runs.get(run.id)) hub.publish({ kind: 'run.changed', run })
    }
    ;[seenVersion, seen] = [version, found]
  }
  const timer = setInterval(check, pollMs)
  timer.unref()
  return () => clearInterval(timer)
}
