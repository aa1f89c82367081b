import { owner } from '../shared/access'
import type { Caller } from '../shared/access'
import type { Handlers } from '../shared/contract'
import { toErrorReport } from '../shared/errors'
import type { Port } from '../shared/rpc'
import { serve } from '../shared/rpc'
import type { Run, RunStatus } from '../shared/types'
import { reachOf } from './access/reach'
import { restrict } from './access/restrict'
import { accessHandlers } from './handlers/access'
import { catalogHandlers } from './handlers/catalog'
import { codeHandlers } from './handlers/code'
import { datasetHandlers } from './handlers/datasets'
import { createEventHub } from './handlers/events'
import type { EventHub } from './handlers/events'
import { clearOldUploads, uploadHandlers } from './handlers/uploads'
import { inspectionHandlers } from './handlers/inspections'
import type { HostParts } from './handlers/parts'
import { networkHandlers } from './handlers/network'
import { recipeHandlers } from './handlers/recipes'
import { reportHandlers } from './handlers/report'
import { runHandlers } from './handlers/runs'
import { runtimeHandlers } from './handlers/runtime'
import { sampleHandlers } from './handlers/sample'
import { systemHandlers } from './handlers/system'
import { versionHandlers } from './handlers/versions'
import { createInspector } from './inspect/inspector'
import { closeAbandonedRuns, markCrashed } from './jobs/abandonedRuns'
import { createQueue } from './jobs/queue'
import type { JobQueue } from './jobs/queue'
import { openLog } from './log/log'
import type { Log } from './log/log'
import { openStore } from './store'
import type { Store } from './store'
import { backUpDaily } from './store/backups'
import { completeFacts } from './store/facts'
import { isReadOnly, mirror } from './store/readOnly'
import { guardStorage, guardStorageAsync } from './store/storageError'
import { workspacePaths } from './store/workspace'
import { refuseWrites } from './refuseWrites'
import { watchWorkspace } from './watchWorkspace'

/** RPC, store and queue of one workspace. It does no computation itself. */
export interface Host {
  readonly store: Store
  /** Whether its workspace can only be read. */
  readonly readOnly: boolean
  /** Events. */
  readonly hub: EventHub
  readonly log: Log
  /** Serves the calls that arrive on a port. */
  connect(port: Port, caller?: Caller): void
  /** Whether this host works on a run; other programs may have runs in the same workspace. */
  readonly owns: (runId: string) => boolean
  /** Stops its runs; they can be resumed. */
  stopAll(when: 'now' | 'epochEnd'): Promise<void>
  /** Marks this host's runs as crashed, with the reason, before it ends without `close`. */
  abandonRuns(reason: string): Promise<void>
  /** Ends the current job and takes back queued runs; all of them can be resumed. */
  close(): Promise<void>
}

export interface HostOptions {
  readonly workspace: string
  /** Watches for changes by other programs; the CLI turns this off. */
  readonly watch?: boolean
  /** Folders outside the workspace that token holders may use, besides those of the settings. */
  readonly folders?: readonly string[]
}

const abandonedPollMs = 1000

export async function createHost({ workspace, watch = true, folders = [] }: HostOptions): Promise<Host> {
  const original = workspacePaths(workspace)
  const readOnly = isReadOnly(original)
  const shown = readOnly ? guardStorage(original.root, () => mirror(original)) : undefined
  const store = await openStore(shown?.folder ?? workspace)
  const hub = createEventHub()
  if (store.endedAbruptly) await noteProblems(store)
  if (!readOnly) {
    await closeAbandonedRuns(store)
    await keepCopies(store)
  }
  const queue = createQueue(store, hub)
  const inspector = createInspector(store.paths.root)
  const parts: HostParts = { store, queue, hub, inspector, workspace: original.root, readOnly }
  clearOldUploads(store.paths)
  const working = guarded(handlersOf(parts), store.paths.root)
  const handlers = readOnly ? refuseWrites(working, original.root) : working
  const unwatch = watch ? await watchWorkspace(store, hub) : () => undefined
  // A job outlives a killed host by a moment; it counts as abandoned only when it is gone.
  const looking = setInterval(() => {
    if (readOnly) return
    // A workspace that cannot be written now is looked at again.
    void publishAbandoned(store, queue, hub).catch(() => undefined)
  }, abandonedPollMs)
  looking.unref()
  const ownRuns = async (...statuses: readonly RunStatus[]): Promise<readonly Run[]> =>
    (await store.runs.list(statuses)).filter(({ id }) => queue.owns(id))
  return {
    store,
    readOnly,
    hub,
    owns: queue.owns,
    log: openLog(store.paths.root, 'engine'),
    connect: (port, caller = owner) =>
      serve(restrict(handlers, { store, caller, reach: () => reachOf(store.paths, folders) }), port),
    abandonRuns: async (reason) => {
      const own = (await store.runs.active()).filter(({ id }) => queue.owns(id))
      for (const run of own)
        await markCrashed(store, run, `the engine failed while executing run '${run.id}': ${reason}`)
    },
    stopAll: async (when) => {
      const [waiting, working] = [await ownRuns('queued'), await ownRuns('running', 'paused')]
      for (const run of [...waiting, ...working]) await queue.stop(run, when)
    },
    close: async () => {
      unwatch()
      clearInterval(looking)
      inspector.close()
      await queue.close()
      await store.close()
      shown?.remove()
    },
  }
}

/** Its structure was looked through when it was opened; rows that name missing ones keep nobody from working, and doctor shows them. */
async function noteProblems(store: Store): Promise<void> {
  const log = openLog(store.paths.root, 'engine')
  for (const problem of await store.health.problems()) log.error('the database has a problem', { problem })
}

/** What a lost database can be rebuilt from. A workspace that takes no more is still of use: whatever writes next says why. */
async function keepCopies(store: Store): Promise<void> {
  try {
    await completeFacts(store)
    await backUpDaily(store)
  } catch (error) {
    openLog(store.paths.root, 'engine').error('no copy of the database was kept', {
      message: toErrorReport(error).message,
    })
  }
}

async function publishAbandoned(store: Store, queue: JobQueue, hub: EventHub): Promise<void> {
  for (const { id } of await closeAbandonedRuns(store, queue.owns)) {
    const run = await store.runs.find(id)
    if (run) hub.publish({ kind: 'run.changed', run })
  }
}

const handlersOf = (parts: HostParts): Handlers => ({
  ...versionHandlers(parts),
  ...networkHandlers(parts),
  ...datasetHandlers(parts),
  ...runHandlers(parts),
  ...inspectionHandlers(parts),
  ...uploadHandlers(parts),
  ...codeHandlers(parts),
  ...recipeHandlers(parts),
  ...sampleHandlers(parts),
  ...reportHandlers(parts),
  ...systemHandlers(parts),
  ...runtimeHandlers(),
  ...accessHandlers(parts),
  ...catalogHandlers,
  ...eventHandlers(parts.hub),
})

const eventHandlers = (hub: EventHub): Pick<Handlers, 'events.subscribe'> => ({
  'events.subscribe': ({ since }, { signal, emit }) =>
    new Promise((resolve) => {
      const unsubscribe = hub.subscribe(emit, since)
      signal.addEventListener('abort', () => (unsubscribe(), resolve({})), { once: true })
    }),
})

/** Turns disk and database errors into one sentence for the caller. */
function guarded(handlers: Handlers, workspace: string): Handlers {
  type Handler = (params: never, context: never) => unknown
  const entries = Object.entries(handlers as Readonly<Record<string, Handler>>).map(([name, handler]) => [
    name,
    (params: never, context: never) => guardStorageAsync(workspace, async () => handler(params, context)),
  ])
  return Object.fromEntries(entries) as Handlers
}
