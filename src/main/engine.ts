import { MessageChannelMain, ipcMain, utilityProcess } from 'electron'
import type { UtilityProcess, WebFrameMain } from 'electron'
import { wishChannels } from '../shared/shell'
import { isOwnPage } from './guards'
import { t } from './texts'

/** Delays before restarting an engine that ended by itself, in milliseconds. */
const restartDelaysMs = [500, 1000, 2000, 5000] as const
/** An engine that has run this long counts as healthy again. */
const healthyAfterMs = 30_000

/** The engine's report about its runs. */
export interface Work {
  readonly active: number
  /** Progress of the current run (0..1); null if unknown. */
  readonly share: number | null
  readonly ended: { readonly name: string; readonly status: string } | null
}

export interface Engine {
  /** Asks every run to stop; stopped runs can be resumed. */
  stopRuns(when: 'now' | 'epochEnd'): void
  stop(): void
}

const isWork = (message: unknown): message is Work & { readonly kind: 'work' } =>
  typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'work'

export interface EngineListener {
  work(work: Work): void
  /** The engine ended by itself and is restarting. */
  ended(how: string): void
  /** A line of its stderr. */
  said(text: string): void
}

/** Keeps the engine host running and gives each of our windows a port to it. Data never passes through this process. */
export function startEngine(file: string, listener: EngineListener): Engine {
  let host: UtilityProcess | undefined
  let failures = 0
  let stopping = false
  /** Pages that asked for a port while the engine was down. */
  const waiting = new Map<WebFrameMain, string | undefined>()
  const start = (): void => {
    if (stopping) return
    const startedAt = Date.now()
    const started = utilityProcess.fork(file, [], { serviceName: 'NNOpt engine', stdio: ['ignore', 'ignore', 'pipe'] })
    host = started
    started.on('message', (message: unknown) => {
      if (isWork(message)) listener.work(message)
    })
    started.stderr?.on('data', (text) => listener.said(String(text)))
    started.once('exit', (code) => {
      host = undefined
      listener.work({ active: 0, share: null, ended: null })
      failures = Date.now() - startedAt > healthyAfterMs ? 0 : failures + 1
      if (stopping) return
      listener.ended(t('connection.withCode', { code: String(code) }))
      setTimeout(start, restartDelaysMs[Math.min(failures, restartDelaysMs.length) - 1] ?? restartDelaysMs[0])
    })
    for (const [frame, remote] of waiting) connect(started, frame, remote)
    waiting.clear()
  }
  start()
  ipcMain.on(wishChannels.engine, ({ senderFrame }, remote: unknown) => {
    if (!senderFrame || !isOwnPage(senderFrame.url)) return
    const address = typeof remote === 'string' ? remote : undefined
    if (host) connect(host, senderFrame, address)
    else waiting.set(senderFrame, address)
  })
  return {
    stopRuns: (when) => host?.postMessage({ kind: 'stop', when }),
    stop: () => {
      stopping = true
      host?.kill()
    },
  }
}

/** The page may be gone by the time the engine has started. */
function connect(host: UtilityProcess, frame: WebFrameMain, remote: string | undefined): void {
  if (frame.isDestroyed()) return
  const { port1, port2 } = new MessageChannelMain()
  host.postMessage({ kind: 'connect', remote }, [port1])
  frame.postMessage('engine:port', null, [port2])
}
