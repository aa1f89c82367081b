import { existsSync, readFileSync } from 'node:fs'
import type { Handlers } from '../../shared/contract'
import type { HostEvent, Run, RunStatus } from '../../shared/types'
import { logFile } from '../jobs/context'
import { resolveRun } from '../store/resolve'
import type { HostParts } from './parts'
import { packSeries } from './series'

type RunHandlers = Pick<Handlers, Extract<keyof Handlers, `runs.${string}`>>

const ended: readonly RunStatus[] = ['done', 'failed', 'stopped', 'crashed']
const pollMs = 500

export function runHandlers(parts: HostParts): RunHandlers {
  const { store, queue } = parts
  return {
    'runs.list': ({ status }) => store.runs.list(status),
    'runs.get': ({ run }) => resolveRun(store, run),
    'runs.metrics': ({ run, since, kind, points }) =>
      store.metrics.list(resolveRun(store, run).id, { since, kind, points }),
    'runs.series': ({ run, ...window }) => store.metrics.series(resolveRun(store, run).id, window).map(packSeries),
    'runs.log': ({ run, tailBytes }) => ({ text: readTail(logFile(store, resolveRun(store, run).id), tailBytes) }),
    'runs.start': ({ recipe }) => queue.start(recipe),
    'runs.pause': ({ run }) => queue.pause(resolveRun(store, run)),
    'runs.resume': ({ run }) => queue.resume(resolveRun(store, run)),
    'runs.stop': ({ run, when }) => queue.stop(resolveRun(store, run), when),
    'runs.queue': () => ({ order: queue.order() }),
    'runs.move': ({ run, before }) => ({
      order: queue.move(resolveRun(store, run), before === null ? undefined : resolveRun(store, before)),
    }),
    'runs.wait': ({ run }, { signal, emit }) => waitFor(parts, resolveRun(store, run).id, signal, emit),
  }
}

/** The end of a text file, from the start of a line on; empty when there is no file. */
function readTail(path: string, tailBytes = Infinity): string {
  if (!existsSync(path)) return ''
  const bytes = readFileSync(path)
  if (bytes.length <= tailBytes) return bytes.toString('utf8')
  const lineEnd = bytes.indexOf(0x0a, bytes.length - tailBytes)
  return bytes.subarray(lineEnd < 0 ? bytes.length - tailBytes : lineEnd + 1).toString('utf8')
}

const concerns = (event: HostEvent, runId: string): boolean =>
  ('runId' in event && event.runId === runId) || (event.kind === 'run.changed' && event.run.id === runId)

/** The run may belong to another host, whose events do not come here: the store is looked at as well. */
function waitFor(
  { store, hub }: HostParts,
  runId: string,
  signal: AbortSignal,
  emit: (event: HostEvent) => void,
): Promise<Run> {
  return new Promise((resolve) => {
    const finish = (): void => {
      unsubscribe()
      clearInterval(timer)
      signal.removeEventListener('abort', finish)
      resolve(store.runs.find(runId) as Run)
    }
    const check = (): void => {
      if (ended.includes(store.runs.find(runId)?.status ?? 'done')) finish()
    }
    const unsubscribe = hub.subscribe(({ event }) => {
      if (!concerns(event, runId)) return
      emit(event)
      if (event.kind === 'run.changed') check()
    })
    const timer = setInterval(check, pollMs)
    signal.addEventListener('abort', finish)
    check()
  })
}
