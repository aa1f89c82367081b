import type { Closing, Message, Port } from '../shared/rpc'
import { createHost } from './createHost'
import type { Host } from './createHost'
import { bridgeToRemote } from './remote'
import { hostProcessFlag } from './serve/hostProcess'
import type { HostMessage } from './serve/hostProcess'
import { defaultWorkspace } from './store/workspace'
import { watchWork } from './watchWork'

export { createHost } from './createHost'
export type { Host, HostOptions } from './createHost'

/** The part of Electron's MessagePortMain and ParentPort that the host uses (https://www.electronjs.org/docs/latest/api/parent-port). */
interface ElectronPort {
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

/** What the main process says: a window wants an engine (this one, or one elsewhere), or the person wants the work to stop. */
type FromMain =
  | { readonly kind: 'connect'; readonly remote?: string | undefined }
  | { readonly kind: 'stop'; readonly when: 'now' | 'epochEnd' }

/** In a utility process each message from the main process brings the port of one window. The main process hears of the work, for its taskbar and its questions. */
function acceptWindows(parent: ElectronPort): void {
  const opening = createHost({ workspace: defaultWorkspace() })
  parent.on('message', ({ data, ports }) => void opening.then((host) => obeyMain(host, data as FromMain, ports)))
  void opening.then(async (host) => {
    process.once('exit', () => void host.close())
    await watchWork(host, (work) => parent.postMessage({ kind: 'work', ...work }))
  })
}

function obeyMain(host: Host, message: FromMain, ports: readonly ElectronPort[]): void {
  for (const port of ports) {
    const page = portOf(port)
    if (message.kind === 'connect' && message.remote) bridgeToRemote(page, message.remote)
    else host.connect(page)
    port.start()
  }
  if (message.kind === 'stop') void host.stopAll(message.when)
}

interface PageLine {
  message(message: Message): void
  close(): void
}

/** Under `nnopt serve` the pages of all browsers come over the channel to the server, and the host ends with it. */
function acceptPages(workspace: string): void {
  const opening = createHost({ workspace })
  const lines = new Map<number, PageLine>()
  const send = (message: HostMessage): void => {
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
  }
  const obeyServer = (host: Host, message: HostMessage): void => {
    const { port } = message
    if (message.kind === 'open')
      lines.set(
        port,
        open(host, (reply) => send({ kind: 'message', port, message: reply })),
      )
    if (message.kind === 'message') lines.get(port)?.message(message.message)
    if (message.kind === 'close') {
      lines.get(port)?.close()
      lines.delete(port)
    }
  }
  process.on('message', (message: HostMessage) => void opening.then((host) => obeyServer(host, message)))
  // Ctrl-C reaches the whole group: the server says when this ends.
  process.on('SIGINT', () => undefined)
  process.once('disconnect', () => void opening.then((host) => host.close()).finally(() => process.exit(0)))
}

function open(host: Host, post: (message: Message) => void): PageLine {
  const listeners: { message: ((message: Message) => void)[]; close: (() => void)[] } = { message: [], close: [] }
  host.connect({
    post,
    onMessage: (listener) => void listeners.message.push(listener),
    onClose: (listener) => void listeners.close.push(listener),
    close: () => undefined,
  })
  return {
    message: (message) => listeners.message.forEach((listener) => listener(message)),
    close: () => listeners.close.forEach((listener) => listener()),
  }
}

const flagAt = process.argv.indexOf(hostProcessFlag)
if ('parentPort' in process && process.parentPort) acceptWindows(process.parentPort as ElectronPort)
else if (flagAt > 0) acceptPages(process.argv[flagAt + 1])
