import { MessageChannelMain, ipcMain, utilityProcess } from 'electron'
import type { UtilityProcess, WebFrameMain } from 'electron'
import { noWork } from '../shared/engineHost'
import type { FromHost, ToHost, Work } from '../shared/engineHost'
import { wishChannels } from '../shared/shell'
import { isOwnPage } from './guards'
import { t } from './texts'

/** Delays before restarting an engine that ended by itself, in milliseconds. */
const restartDelaysMs = [500, 1000, 2000, 5000] as const
/** An engine that has run this long counts as healthy again. */
const healthyAfterMs = 30_000
/** An engine that was told to close and has not ended by then is ended. */
const closeWithinMs = 5000

export interface Engine {
  /** Asks every run to stop; stopped runs can be resumed. */
  stopRuns(when: 'now' | 'epochEnd'): void
  /** Goes on with another workspace. */
  openWorkspace(folder: string): Promise<void>
  /** Ends it for good, once everything is in order. */
  close(): Promise<void>
}

export interface EngineOptions {
  readonly file: string
  /** Where it was chosen in this program. */
  readonly workspace: string | undefined
  readonly on: EngineListener
}

export interface EngineListener {
  work(work: Work): void
  /** It cannot open its workspace. */
  failed(message: string): void
  /** It ended by itself, and is started again. */
  ended(how: string): void
  /** A line of its stderr. */
  said(text: string): void
}

/** Keeps the engine host running and gives every window of ours a port to it. Data never passes through this process. */
export function startEngine(options: EngineOptions): Engine {
  const engine = new Supervisor(options)
  ipcMain.on(wishChannels.engine, ({ senderFrame }, remote: unknown) => {
    if (senderFrame && isOwnPage(senderFrame.url))
      engine.connect(senderFrame, typeof remote === 'string' ? remote : undefined)
  })
  return engine
}

class Supervisor implements Engine {
  private host: UtilityProcess | undefined
  private failures = 0
  private closing = false
  private workspace: string | undefined
  /** Pages that asked while the engine was down. */
  private readonly waiting = new Map<WebFrameMain, string | undefined>()

  constructor(private readonly options: EngineOptions) {
    this.workspace = options.workspace
    this.start()
  }

  connect(frame: WebFrameMain, remote: string | undefined): void {
    if (!this.host) this.waiting.set(frame, remote)
    // A page may have gone while the engine started.
    else if (!frame.isDestroyed()) {
      const { port1, port2 } = new MessageChannelMain()
      this.host.postMessage({ kind: 'connect', remote } satisfies ToHost, [port1])
      frame.postMessage('engine:port', null, [port2])
    }
  }

  stopRuns(when: 'now' | 'epochEnd'): void {
    this.host?.postMessage({ kind: 'stop', when } satisfies ToHost)
  }

  async openWorkspace(folder: string): Promise<void> {
    await this.close()
    this.workspace = folder
    this.closing = false
    this.start()
  }

  close(): Promise<void> {
    this.closing = true
    const { host } = this
    if (!host) return Promise.resolve()
    return new Promise((resolve) => {
      const giveUp = setTimeout(() => host.kill(), closeWithinMs)
      host.once('exit', () => (clearTimeout(giveUp), resolve()))
      host.postMessage({ kind: 'close' } satisfies ToHost)
    })
  }

  private readonly start = (): void => {
    if (this.closing || this.host) return
    const startedAt = Date.now()
    const { file, on } = this.options
    const host = utilityProcess.fork(file, [], {
      serviceName: 'NNOpt engine',
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...(this.workspace && { NNOPT_WORKSPACE: this.workspace }) },
    })
    this.host = host
    host.on('message', (message: FromHost) => {
      if (message.kind === 'work') on.work(message.work)
      if (message.kind === 'failed') on.failed(message.error.message)
    })
    host.stderr?.on('data', (text) => on.said(String(text)))
    host.once('exit', (code) => this.ended(code, Date.now() - startedAt))
    for (const [frame, remote] of this.waiting) this.connect(frame, remote)
    this.waiting.clear()
  }

  private ended(code: number, livedMs: number): void {
    const { on } = this.options
    this.host = undefined
    on.work(noWork)
    if (this.closing) return
    on.ended(t('connection.withCode', { code: String(code) }))
    this.failures = livedMs > healthyAfterMs ? 0 : this.failures + 1
    const delay = restartDelaysMs[Math.min(this.failures, restartDelaysMs.length) - 1]
    setTimeout(this.start, delay ?? restartDelaysMs[0])
  }
}
