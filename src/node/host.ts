import { toErrorReport } from '../shared/errors'
import type { Closing, Message, Port } from '../shared/rpc'
import { createHost } from './createHost'
import type { Host } from './createHost'
import { bridgeToRemote } from './remote'
import { errorFields, openLog } from './log/log'
import { portOfFrames } from './serve/frames'
import { hostProcessFlag } from './serve/hostProcess'
import { createPageChannel } from './serve/pageChannel'
import type { PageMessage } from './serve/pageChannel'
import { defaultWorkspace } from './store/workspace'
import { watchWork } from './watchWork'

export { createHost } from './createHost'
export type { Host, HostOptions } from './createHost'

/**
 * The parts of Electron's MessagePortMain and ParentPort that the host uses
 * (https://www.electronjs.org/docs/latest/api/parent-port).
 */
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
      // A MessagePort closes without a reason, so send it first.
      if (reason !== undefined) electron.postMessage({ closing: reason } satisfies Closing)
      electron.close()
    },
  }
}

/**
 * Messages from the main process: a window wants an engine (this one, or a remote one), or the user wants to stop all
 * work.
 */
type FromMain =
  | { readonly kind: 'connect'; readonly remote?: string | undefined }
  | { readonly kind: 'stop'; readonly when: 'now' | 'epochEnd' }

/**
 * In a utility process, each message from the main process carries the port of one window. The main process receives
 * the state of the work, for its taskbar and dialogs.
 */
function acceptWindows(parent: ElectronPort): void {
  const workspace = defaultWorkspace()
  const opening = createHost({ workspace })
  exitWhenBroken(workspace, opening)
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

/** Under `nnopt serve`, all pages arrive over the channel to the server, and the host ends with it. */
function acceptPages(workspace: string): void {
  const opening = createHost({ workspace })
  exitWhenBroken(workspace, opening)
  const post = (message: PageMessage): void =>
    void (process.connected && process.send?.(message, undefined, undefined, () => undefined))
  const channel = opening.then((host) =>
    createPageChannel(post, (page, caller) => host.connect(portOfFrames(page), caller)),
  )
  process.on('message', (message: PageMessage) => void channel.then((pages) => pages.receive(message)))
  // Ctrl-C reaches the whole process group; the server decides when this process ends.
  process.on('SIGINT', () => undefined)
  process.once('disconnect', () => void opening.then((host) => host.close()).finally(() => process.exit(0)))
}

/** How long a broken host may take to record what became of its runs. */
const lastWordsMs = 3000

/** After an unexpected error nothing here can be trusted: it is logged, the current run is marked, and the process exits to be replaced. */
function exitWhenBroken(workspace: string, opening: Promise<Host>): void {
  const log = openLog(workspace, 'engine')
  const exit = (error: unknown): void => {
    process.off('uncaughtException', exit).off('unhandledRejection', exit)
    log.error('unexpected error', errorFields(error))
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    setTimeout(() => process.exit(1), lastWordsMs)
    void opening.then((host) => host.abandonRuns(toErrorReport(error).message)).finally(() => process.exit(1))
  }
  process.on('uncaughtException', exit).on('unhandledRejection', exit)
}

const flagAt = process.argv.indexOf(hostProcessFlag)
if ('parentPort' in process && process.parentPort) acceptWindows(process.parentPort as ElectronPort)
else if (flagAt > 0) acceptPages(process.argv[flagAt + 1])
