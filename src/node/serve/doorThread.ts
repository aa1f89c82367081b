import { Worker } from 'node:worker_threads'
import type { ErrorReport } from '../../shared/errors'
import { toErrorReport } from '../../shared/errors'
import { engineFile } from '../engineFile'
import type { Running } from './keepRunning'
import type { Tls } from './listener'
import type { PageMessage } from './pageChannel'

/** What a front door is started with. */
export interface DoorOptions {
  readonly host: string
  readonly port: number
  readonly tls: Tls | undefined
  readonly origins: readonly string[]
  readonly token: string
  readonly cookieSecret: string
  readonly workspace: string
  /** Goes before the numbers of its pages: another door counts anew. */
  readonly prefix: string
}

export type DoorMessage =
  | PageMessage
  | { readonly kind: 'listening'; readonly url: string; readonly port: number }
  | { readonly kind: 'failed'; readonly error: ErrorReport }

/** The front door in a thread of its own: whatever strangers make of it, the engine and its jobs go on. */
export interface DoorThread extends Running {
  post(message: PageMessage): void
}

/** JavaScript's memory; what pages send and take is outside and bounded by the limits. */
const heapMiB = 512

export function startDoorThread(options: DoorOptions, onMessage: (message: DoorMessage) => void): DoorThread {
  const worker = new Worker(engineFile('door'), {
    workerData: options,
    execArgv: ['--enable-source-maps'],
    resourceLimits: { maxOldGenerationSizeMb: heapMiB },
  })
  let problem: unknown
  worker.on('message', onMessage)
  worker.on('error', (error) => (problem = error))
  const ended = new Promise<string>((resolve) =>
    worker.once('exit', (code) =>
      resolve(problem === undefined ? `exit code ${code}` : toErrorReport(problem).message),
    ),
  )
  return { ended, end: () => void worker.terminate(), post: (message) => worker.postMessage(message) }
}
