import { spawn } from 'node:child_process'
import type { ErrorReport } from '../../shared/errors'
import { engineFile } from '../engineFile'
import type { JobCommand, JobMessage, JobOutcome } from './messages'
import { nodeBinary } from './nodeBinary'
import type { Wish } from './control'

export interface JobHandle {
  readonly pid: number | undefined
  ask(wish: Wish): void
  kill(): void
  /** Never rejects. */
  readonly ended: Promise<JobEnd>
}

/** How a job ended; a process that died without saying so is `crashed`. */
export type JobEnd = JobOutcome | { readonly status: 'crashed'; readonly error: ErrorReport }

export interface JobOptions {
  readonly workspace: string
  readonly runId: string
  readonly environment: Readonly<Record<string, string>>
  readonly onMessage: (message: JobMessage) => void
}

const tailCharacters = 2000

/** Starts the process of a run on plain Node, with the environment that its backend needs from the first moment. */
export function spawnJob({ workspace, runId, environment, onMessage }: JobOptions): JobHandle {
  const child = spawn(nodeBinary(), ['--enable-source-maps', engineFile('job')], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    windowsHide: true,
  })
  let outcome: JobOutcome | undefined
  let messages = ''
  child.stderr?.on('data', (chunk: Buffer) => (messages = (messages + chunk.toString()).slice(-tailCharacters)))
  child.on('message', (message: JobMessage) => {
    if (message.kind === 'finished') outcome = message.outcome
    else onMessage(message)
  })
  const tell = (command: JobCommand): void => {
    if (child.connected) child.send(command, () => undefined)
  }
  const ended: JobHandle['ended'] = new Promise((resolve) => {
    child.on('error', (error) => resolve({ status: 'crashed', error: crash(`could not start: ${error.message}`, '') }))
    child.on('close', (code, signal) =>
      resolve(
        outcome ?? {
          status: 'crashed',
          error: crash(signal ? `was terminated by ${signal}` : `exited with code ${code}`, messages),
        },
      ),
    )
  })
  tell({ kind: 'start', workspace, runId })
  return { pid: child.pid, ask: (wish) => tell({ kind: 'wish', wish }), kill: () => void child.kill('SIGKILL'), ended }
}

function crash(how: string, messages: string): ErrorReport {
  const last = messages.trim().split('\n').slice(-3).join(' ')
  return {
    code: 'crashed',
    message: `the process of this run ${how}${last && `: ${last}`}`,
    ...(messages && { details: { stderr: messages } }),
  }
}
