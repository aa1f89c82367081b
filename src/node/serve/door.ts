import { parentPort, workerData } from 'node:worker_threads'
import { assert, toErrorReport } from '../../shared/errors'
import { accessReader } from '../access/accessFile'
import { errorFields, openLog } from '../log/log'
import type { DoorMessage, DoorOptions } from './doorThread'
import { joinFrames } from './frames'
import { startServer } from './index'
import { createPageChannel } from './pageChannel'
import type { PageMessage } from './pageChannel'

/** The thread of the front door: pages here, the engine at the other end of the channel. */
const { prefix, workspace, ...options } = workerData as DoorOptions
assert(parentPort, () => 'the front door runs in a thread of its own')
const channel = parentPort
const say = (message: DoorMessage): void => channel.postMessage(message)

const log = openLog(workspace, 'serve')
const access = accessReader(workspace)
const pages = createPageChannel(say)
let count = 0
channel.on('message', (message: PageMessage) => pages.receive(message))

startServer({
  ...options,
  tokens: () => {
    try {
      return access().tokens
    } catch (error) {
      log.error('the tokens cannot be read', errorFields(error))
      return []
    }
  },
  log,
  onPage: (page, caller) => joinFrames(page, pages.open(`${prefix}-${count++}`, caller)),
}).then(
  ({ url, port }) => say({ kind: 'listening', url, port }),
  (error: unknown) => {
    say({ kind: 'failed', error: toErrorReport(error) })
    // Nothing else holds the thread: it ends once that is said.
    channel.close()
  },
)
