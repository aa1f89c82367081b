import type { Message, Port } from '../shared/rpc'
import { createHost } from './createHost'
import { defaultWorkspace } from './store/workspace'

export { createHost } from './createHost'
export type { Host, HostOptions } from './createHost'

/** The part of Electron's MessagePortMain and ParentPort that the host uses (https://www.electronjs.org/docs/latest/api/parent-port). */
interface ElectronPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { readonly data: unknown; readonly ports: readonly ElectronPort[] }) => void): void
  on(event: 'close', listener: () => void): void
  start(): void
  close(): void
}

function portOf(electron: ElectronPort): Port {
  return {
    post: (message) => electron.postMessage(message),
    onMessage: (listener) => electron.on('message', ({ data }) => listener(data as Message)),
    onClose: (listener) => electron.on('close', listener),
    close: () => electron.close(),
  }
}

/** In a utility process each message from the main process brings the port of one window. */
function acceptWindows(parent: ElectronPort): void {
  const host = createHost({ workspace: defaultWorkspace() })
  parent.on('message', ({ ports }) => {
    for (const port of ports) {
      host.connect(portOf(port))
      port.start()
    }
  })
  process.once('exit', () => void host.close())
}

if ('parentPort' in process) acceptWindows(process.parentPort as ElectronPort)
