import { fork } from 'node:child_process'
import { engineFile } from '../engineFile'
import { nodeBinary } from '../jobs/nodeBinary'
import type { Running } from './keepRunning'
import type { PageMessage } from './pageChannel'

/** An engine host in a process of its own. */
export interface HostProcess extends Running {
  readonly pid: number | undefined
  post(message: PageMessage): void
}

export const hostProcessFlag = '--ports-over-ipc'

export interface ServedHostOptions {
  readonly workspace: string
  /** Folders outside the workspace that token holders may use. */
  readonly folders: readonly string[]
}

export function startHostProcess(options: ServedHostOptions, onMessage: (message: PageMessage) => void): HostProcess {
  const child = fork(engineFile('host'), [hostProcessFlag, JSON.stringify(options)], {
    execPath: nodeBinary(),
    execArgv: ['--enable-source-maps'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  child.on('message', onMessage)
  const ended = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => resolve(`it could not start: ${message}`))
    child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`))
  })
  return {
    pid: child.pid,
    ended,
    // The host closes its workspace when its channel goes.
    end: () => child.connected && child.disconnect(),
    post: (message) => void (child.connected && child.send(message, () => undefined)),
  }
}
