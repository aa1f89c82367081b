import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { engineFile } from '../../engineFile'
import { nodeBinary } from '../../jobs/nodeBinary'
import type { PoolReply, PoolRequest } from './calls'

/** One instance of the inference process. */
export interface PoolChild {
  readonly pid: number | undefined
  send(request: PoolRequest): void
  kill(): void
  /** Resolves when the process is gone, with how it ended and its last output. */
  readonly ended: Promise<string>
  /** Whether it keeps this process alive. */
  hold(active: boolean): void
}

const tailCharacters = 500

/**
 * Small young generations (MiB): short-lived data is collected early, and memory stays at the level of the first
 * batches.
 */
const nodeFlags = ['--enable-source-maps', '--max-semi-space-size=2']

export function startChild(onReply: (reply: PoolReply) => void, file: string = engineFile('pool')): PoolChild {
  const child = spawn(nodeBinary(), [...nodeFlags, file], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    windowsHide: true,
  })
  let messages = ''
  child.stderr?.on('data', (chunk: Buffer) => (messages = (messages + chunk.toString()).slice(-tailCharacters)))
  child.on('message', onReply)
  const lastLine = (): string => messages.trim().split('\n').at(-1) ?? ''
  const ended = new Promise<string>((resolve) => {
    child.on('error', ({ message }) => resolve(`could not start: ${message}`))
    child.on('close', (code, signal) =>
      resolve(
        `${signal ? `was terminated by ${signal}` : `exited with code ${code}`}${lastLine() && `: ${lastLine()}`}`,
      ),
    )
  })
  return {
    pid: child.pid,
    send: (request) => {
      if (child.connected) child.send(request, () => undefined)
    },
    kill: () => void child.kill('SIGKILL'),
    ended,
    hold: (active) => hold(child, active),
  }
}

function hold(child: ChildProcess, active: boolean): void {
  if (active) {
    child.ref()
    child.channel?.ref()
  } else {
    child.unref()
    child.channel?.unref()
  }
}
