import type { EventHub } from './handlers/events'
import type { Store } from './store'

const pollMs = 1000

/** Other programs write to the same workspace: publishes what they changed. Returns the function that ends it. */
export async function watchWorkspace(store: Store, hub: EventHub): Promise<() => void> {
  let [seenVersion, seen] = [await store.changes.version(), await store.changes.look()]
  let looking = false
  const check = async (): Promise<void> => {
    const version = await store.changes.version()
    if (version === seenVersion) return
    const found = await store.changes.look()
    const before = seen
    ;[seenVersion, seen] = [version, found]
    if (found.versions !== before.versions) hub.publish({ kind: 'versions.changed' })
    if (found.datasets !== before.datasets) hub.publish({ kind: 'datasets.changed' })
    for (const [id, state] of found.runs) {
      const run = state === before.runs.get(id) ? undefined : await store.runs.find(id)
      if (run) hub.publish({ kind: 'run.changed', run })
    }
  }
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    // A workspace that cannot be read now is looked at again; whoever asks for something of it hears why.
    void check()
      .catch(() => undefined)
      .finally(() => (looking = false))
  }, pollMs)
  timer.unref()
  return () => clearInterval(timer)
}
