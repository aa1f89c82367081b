import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Handlers } from '../../shared/contract'
import type { HostEvent, Run, RunStatus } from '../../shared/types'
import { logFile } from '../jobs/context'
import { removeRun } from '../store/removeRun'
import { resolveRun } from '../store/resolve'
import type { HostParts } from './parts'
import { packSeries } from './series'

type RunHandlers = Pick<Handlers, Extract<keyof Handlers, `runs.${string}`>>

const ended: readonly RunStatus[] = ['done', 'failed', 'stopped', 'crashed']
const pollMs = 500

export function runHandlers(parts: HostParts): RunHandlers {
  const { store, queue, hub } = parts
  return {
    'runs.list': ({ status }) => store.runs.list(status),
    'runs.get': ({ run }) => resolveRun(store, run),
    'runs.metrics': async ({ run, ...query }) => store.metrics.list((await resolveRun(store, run)).id, query),
    'runs.series': async ({ run, ...window }) => {
      const { lastSequence, series } = await store.metrics.series((await resolveRun(store, run)).id, window)
      return { lastSequence, series: series.map(packSeries) }
    },
    'runs.log': async ({ run, tailBytes }) => ({
      text: readTail(logFile(store, (await resolveRun(store, run)).id), tailBytes),
    }),
    'runs.start': ({ recipe }) => queue.start(recipe),
    'runs.pause': async ({ run }) => queue.pause(await resolveRun(store, run)),
    'runs.resume': async ({ run }) => queue.resume(await resolveRun(store, run)),
    'runs.stop': async ({ run, when }) => queue.stop(await resolveRun(store, run), when),
    'runs.remove': async ({ run }) => {
      const removed = await removeRun(store, await resolveRun(store, run))
      hub.publish({ kind: 'reset' })
      return removed
    },
    'runs.queue': () => ({ order: queue.order() }),
    'runs.move': async ({ run, before }) => ({
      order: queue.move(await resolveRun(store, run), before === null ? undefined : await resolveRun(store, before)),
    }),
    'runs.wait': async ({ run }, { signal, emit }) => waitFor(parts, await resolveRun(store, run), signal, emit),
  }
}

/** The end of a text file, starting at a line break; empty if there is no file. */
function readTail(path: string, tailBytes = Infinity): string {
  if (!existsSync(path)) return ''
  const bytes = readFileSync(path)
  if (bytes.length <= tailBytes) return bytes.toString('utf8')
  const lineEnd = bytes.indexOf(0x0a, bytes.length - tailBytes)
  return bytes.subarray(lineEnd < 0 ? bytes.length - tailBytes : lineEnd + 1).toString('utf8')
}

const concerns = (event: HostEvent, runId: string): boolean =>
  ('runId' in event && event.runId === runId) || (event.kind === 'run.changed' && event.run.id === runId)

/** The run may belong to another host, whose events do not arrive here, so the store is checked too. */
async function waitFor(
  { store, hub }: HostParts,
  asked: Run,
  signal: AbortSignal,
  emit: (event: HostEvent) => void,
): Promise<Run> {
  let wake = (): void => undefined
  const unsubscribe = hub.subscribe(({ event }) => {
    if (!concerns(event, asked.id)) return
    emit(event)
    if (event.kind === 'run.changed') wake()
  })
  try {
    for (let run = asked; ;) {
      // Set before the look: a change that comes meanwhile is not missed.
      const change = new AbortController()
      wake = () => change.abort()
      run = (await store.runs.find(asked.id)) ?? run
      if (ended.includes(run.status) || signal.aborted) return run
      await pause(pollMs, AbortSignal.any([signal, change.signal]))
    }
  } finally {
    unsubscribe()
  }
}

/** Ends early when the signal says so. */
const pause = (durationMs: number, signal: AbortSignal): Promise<void> =>
  sleep(durationMs, undefined, { signal }).catch(() => undefined)
