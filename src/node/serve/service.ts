import { fromErrorReport } from '../../shared/errors'
import { openLog } from '../log/log'
import type { Log } from '../log/log'
import { startDoorThread } from './doorThread'
import type { DoorMessage, DoorOptions, DoorThread } from './doorThread'
import { startHostProcess } from './hostProcess'
import type { HostProcess, ServedHostOptions } from './hostProcess'
import { keepRunning } from './keepRunning'
import type { Kept } from './keepRunning'
import { isPageMessage } from './pageChannel'
import type { PageMessage } from './pageChannel'
import { newSecret } from '../access/tokens'

export type ServiceOptions = Omit<DoorOptions, 'token' | 'cookieSecret' | 'prefix'> & ServedHostOptions

export interface ServiceListener {
  /** The engine or the front door ended by itself and is started again. */
  ended(part: 'engine' | 'door', how: string): void
}

/** A server: a front door in a thread, an engine host in a process, and this, which keeps both and passes on what they say. */
export interface Service {
  /** With the token in its fragment. */
  readonly url: string
  readonly token: string
  readonly hostPid: number | undefined
  close(): Promise<void>
}

/** Resolves when it listens. Throws `unavailable` when the address cannot be had. */
export async function startService(options: ServiceOptions, listener: ServiceListener): Promise<Service> {
  const service = new Keeper(options, listener)
  try {
    const url = await service.listening
    return {
      url,
      token: service.token,
      get hostPid() {
        return service.hostPid
      },
      close: () => service.close(),
    }
  } catch (error) {
    await service.close()
    throw error
  }
}

class Keeper {
  readonly token = newSecret()
  readonly listening: Promise<string>
  private readonly cookieSecret = newSecret()
  private readonly log: Log
  private readonly pages = new Set<string>()
  private readonly host: Kept<HostProcess>
  private readonly door: Kept<DoorThread>
  private doors = 0
  private port: number
  private settle: { readonly resolve: (url: string) => void; readonly reject: (error: Error) => void } | undefined

  constructor(
    private readonly options: ServiceOptions,
    { ended }: ServiceListener,
  ) {
    this.port = options.port
    this.log = openLog(options.workspace, 'serve')
    this.listening = new Promise((resolve, reject) => (this.settle = { resolve, reject }))
    this.host = keepRunning(
      () => startHostProcess(options, this.fromHost),
      (how) => this.hostEnded(how, ended),
    )
    this.door = keepRunning(
      () => startDoorThread(this.doorOptions(), this.fromDoor),
      (how) => this.doorEnded(how, ended),
    )
  }

  get hostPid(): number | undefined {
    return this.host.current?.pid
  }

  async close(): Promise<void> {
    await this.door.stop()
    await this.host.stop()
  }

  private doorOptions(): DoorOptions {
    const { token, cookieSecret, port, options } = this
    return { ...options, port, token, cookieSecret, prefix: String(++this.doors) }
  }

  private readonly fromDoor = (message: DoorMessage): void => {
    if (message.kind === 'listening') {
      // A door that is replaced opens where the first one did.
      this.port = message.port
      this.settle?.resolve(message.url)
    }
    if (message.kind === 'failed') this.settle?.reject(fromErrorReport(message.error))
    if (isPageMessage(message)) this.toHost(message)
  }

  private toHost(message: PageMessage): void {
    const { page } = message
    if (message.kind === 'open') {
      // Until the host is back there is nothing to talk to: the page tries again.
      if (!this.host.current) return this.door.current?.post({ kind: 'close', page, reason: this.host.lastEnd })
      this.pages.add(page)
    }
    if (!this.pages.has(page)) return
    if (message.kind === 'close') this.pages.delete(page)
    this.host.current?.post(message)
  }

  private readonly fromHost = (message: PageMessage): void => {
    if (!this.pages.has(message.page)) return
    if (message.kind === 'close') this.pages.delete(message.page)
    this.door.current?.post(message)
  }

  private hostEnded(how: string, ended: ServiceListener['ended']): void {
    this.log.error('the engine has ended', { how })
    for (const page of this.pages) this.door.current?.post({ kind: 'close', page, reason: how })
    this.pages.clear()
    ended('engine', how)
  }

  private doorEnded(how: string, ended: ServiceListener['ended']): void {
    this.log.error('the front door has ended', { how })
    for (const page of this.pages) this.host.current?.post({ kind: 'close', page })
    this.pages.clear()
    ended('door', how)
  }
}
