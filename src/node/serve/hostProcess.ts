import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Message, Port } from '../../shared/rpc'
import { engineFile } from '../engineFile'
import { nodeBinary } from '../jobs/nodeBinary'

/** Between the server and its host: messages of many ports over one channel. */
export type HostMessage =
  | { readonly kind: 'open'; readonly port: number }
  | { readonly kind: 'message'; readonly port: number; readonly message: Message }
  | { readonly kind: 'close'; readonly port: number }

/** An engine host in a process of its own, which is started again when it ends. */
export interface HostProcess {
  /** Passes a page's messages on to the host; the port closes when the host ends. */
  connect(page: Port): void
  readonly pid: number | undefined
  close(): Promise<void>
}

/** Milliseconds before each next start of a host that ended by itself. */
const restartDelaysMs = [200, 1000, 2000, 5000] as const
/** A host that lived so long counts as healthy again. */
const healthyAfterMs = 30_000

export const hostProcessFlag = '--ports-over-ipc'

export function startHostProcess(workspace: string, onEnd: (how: string) => void = () => undefined): HostProcess {
  return new Supervisor(workspace, onEnd)
}

class Supervisor implements HostProcess {
  private child: ChildProcess | undefined
  private readonly pages = new Map<number, Port>()
  private nextPort = 1
  private failures = 0
  private lastEnd: string | undefined
  private closed = false

  constructor(
    private readonly workspace: string,
    private readonly onEnd: (how: string) => void,
  ) {
    this.start()
  }

  get pid(): number | undefined {
    return this.child?.pid
  }

  connect(page: Port): void {
    // Until the host is back there is nothing to talk to: the page tries again.
    if (!this.child) return page.close(this.lastEnd)
    const port = this.nextPort++
    this.pages.set(port, page)
    this.tell({ kind: 'open', port })
    page.onMessage((message) => this.tell({ kind: 'message', port, message }))
    page.onClose(() => {
      if (this.pages.delete(port)) this.tell({ kind: 'close', port })
    })
  }

  async close(): Promise<void> {
    this.closed = true
    const child = this.child
    if (!child || child.exitCode !== null) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (child.connected) child.disconnect()
    await ended
  }

  private tell(message: HostMessage): void {
    if (this.child?.connected) this.child.send(message, () => undefined)
  }

  private start(): void {
    if (this.closed) return
    const startedAt = Date.now()
    const child = fork(engineFile('host'), [hostProcessFlag, this.workspace], {
      execPath: nodeBinary(),
      execArgv: ['--enable-source-maps'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.child = child
    child.on('message', (message: HostMessage) => {
      const page = this.pages.get(message.port)
      if (message.kind === 'message') page?.post(message.message)
    })
    child.once('exit', (code, signal) =>
      this.ended(signal ? `signal ${signal}` : `exit code ${code}`, Date.now() - startedAt),
    )
  }

  private ended(how: string, livedMs: number): void {
    this.child = undefined
    this.lastEnd = how
    const pages = [...this.pages.values()]
    this.pages.clear()
    for (const page of pages) page.close(this.closed ? undefined : how)
    if (this.closed) return
    this.onEnd(how)
    this.failures = livedMs > healthyAfterMs ? 0 : this.failures + 1
    setTimeout(
      () => this.start(),
      restartDelaysMs[Math.min(Math.max(0, this.failures - 1), restartDelaysMs.length - 1)],
    )
  }
}
