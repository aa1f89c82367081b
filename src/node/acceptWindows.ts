import type { FromHost, ToHost } from '../shared/engineHost'
import { toErrorReport } from '../shared/errors'
import type { Closing, Message, Port } from '../shared/rpc'
import { createHost } from './createHost'
import type { Host } from './createHost'
import { exitWhenBroken } from './exitWhenBroken'
import { bridgeToRemote } from './remote'
import { defaultWorkspace } from './store/workspace'
import { watchWork } from './watchWork'

/** The part of Electron's MessagePortMain and ParentPort that the host uses (https://www.electronjs.org/docs/latest/api/parent-port). */
export interface ElectronPort {
  postMessage(message: unknown): void
  on(
    event: 'message',
    listener: (event: { readonly data: unknown; readonly ports: readonly ElectronPort[] }) => void,
  ): void
  on(event: 'close', listener: () => void): void
  start(): void
  close(): void
}

function portOf(electron: ElectronPort): Port {
  return {
    post: (message) => electron.postMessage(message),
    onMessage: (listener) => electron.on('message', ({ data }) => listener(data as Message)),
    onClose: (listener) => electron.on('close', () => listener()),
    close: (reason) => {
      // A MessagePort closes without a word: the reason goes before.
      if (reason !== undefined) electron.postMessage({ closing: reason } satisfies Closing)
      electron.close()
    },
  }
}

/**
 * Serves the windows of the desktop program. In a utility process each `connect` of the main process brings the port of one page;
 * the main process is told about the runs. A workspace that cannot be opened is tried again with the next page.
 */
export function acceptWindows(parent: ElectronPort): void {
  const workspace = defaultWorkspace()
  const tell = (message: FromHost): void => parent.postMessage(message)
  const open = (): Promise<Host | undefined> =>
    createHost({ workspace }).then(
      (host) => {
        watchWork(host, (work) => tell({ kind: 'work', work }))
        return host
      },
      (error: unknown) => {
        tell({ kind: 'failed', error: toErrorReport(error) })
        return undefined
      },
    )
  let opening = open()
  exitWhenBroken(workspace, () => opening)

  const connect = async (page: Port): Promise<void> => {
    if (!(await opening)) opening = open()
    const host = await opening
    if (host) host.connect(page)
    else page.close()
  }
  const obey = async (message: ToHost, port: ElectronPort | undefined): Promise<void> => {
    if (message.kind === 'stop') await (await opening)?.stopAll(message.when)
    if (message.kind === 'close') await (await opening)?.close().finally(() => process.exit(0))
    if (message.kind !== 'connect' || !port) return
    if (message.remote) bridgeToRemote(portOf(port), message.remote)
    else await connect(portOf(port))
    port.start()
  }
  parent.on('message', ({ data, ports: [port] }) => void obey(data as ToHost, port))
}
