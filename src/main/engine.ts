import { MessageChannelMain, ipcMain, utilityProcess } from 'electron'
import type { UtilityProcess } from 'electron'
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
  const start = (): void => {
    const startedAt = Date.now()
    host = utilityProcess.fork(file, [], { serviceName: 'NNOpt engine' })
    host.once('exit', () => {
      host = undefined
      if (stopping) return
      failures = Date.now() - startedAt > healthyAfterMs ? 0 : failures + 1
      setTimeout(start, restartDelaysMs[Math.min(failures, restartDelaysMs.length - 1)])
    })
  }
  start()
  ipcMain.on('engine:connect', ({ senderFrame }) => {
    if (!host || !senderFrame || !isOwnPage(senderFrame.url)) return
    const { port1, port2 } = new MessageChannelMain()
    host.postMessage('connect', [port1])
    senderFrame.postMessage('engine:port', null, [port2])
  })
  return {
    stop: () => {
      stopping = true
      host?.kill()
    },
  }
}
