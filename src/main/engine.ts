import { MessageChannelMain, ipcMain, utilityProcess } from 'electron'
import type { UtilityProcess, WebFrameMain } from 'electron'
import { isOwnPage } from './guards'

/** Milliseconds before each next start of an engine that ended by itself. */
const restartDelaysMs = [500, 1000, 2000, 5000] as const
/** An engine that lived so long counts as healthy again. */
const healthyAfterMs = 30_000

export interface Engine {
  stop(): void
}

/** Keeps the engine host running and gives every window of ours a port to it. Data never passes through this process. */
export function startEngine(file: string): Engine {
  let host: UtilityProcess | undefined
  let failures = 0
  let stopping = false
  /** Pages that asked while the engine was down. */
  const waiting = new Set<WebFrameMain>()
  const start = (): void => {
    if (stopping) return
    const startedAt = Date.now()
    const started = utilityProcess.fork(file, [], { serviceName: 'NNOpt engine' })
    host = started
    started.once('exit', () => {
      host = undefined
      failures = Date.now() - startedAt > healthyAfterMs ? 0 : failures + 1
      if (!stopping) setTimeout(start, restartDelaysMs[Math.min(failures, restartDelaysMs.length) - 1] ?? restartDelaysMs[0])
    })
    for (const frame of waiting) connect(started, frame)
    waiting.clear()
  }
  start()
  ipcMain.on('engine:connect', ({ senderFrame }) => {
    if (!senderFrame || !isOwnPage(senderFrame.url)) return
    if (host) connect(host, senderFrame)
    else waiting.add(senderFrame)
  })
  return {
    stop: () => {
      stopping = true
      host?.kill()
    },
  }
}

/** A page may have gone while the engine started. */
function connect(host: UtilityProcess, frame: WebFrameMain): void {
  if (frame.isDestroyed()) return
  const { port1, port2 } = new MessageChannelMain()
  host.postMessage('connect', [port1])
  frame.postMessage('engine:port', null, [port2])
}
