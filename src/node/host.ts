import './noTelemetry'
import { acceptWindows } from './acceptWindows'
import type { ElectronPort } from './acceptWindows'
import { createHost } from './createHost'
import { exitWhenBroken } from './exitWhenBroken'
import { portOfFrames } from './serve/frames'
import { hostProcessFlag } from './serve/hostProcess'
import type { ServedHostOptions } from './serve/hostProcess'
import { createPageChannel } from './serve/pageChannel'
import type { PageMessage } from './serve/pageChannel'

export { createHost } from './createHost'
export type { Host, HostOptions } from './createHost'

/** Under `nnopt serve`, all pages arrive over the channel to the server, and the host ends with it. */
function acceptPages({ workspace, folders }: ServedHostOptions): void {
  const opening = createHost({ workspace, folders })
  exitWhenBroken(workspace, () => opening)
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

const flagAt = process.argv.indexOf(hostProcessFlag)
if ('parentPort' in process && process.parentPort) acceptWindows(process.parentPort as ElectronPort)
else if (flagAt > 0) acceptPages(JSON.parse(process.argv[flagAt + 1] ?? '') as ServedHostOptions)
