import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Ready, Round } from './messages'

/** A process that trains when it is asked to: one line in, one line of JSON out. */
export interface Trainee {
  readonly ready: Ready
  run(steps: number): Promise<Round>
  stop(): Promise<void>
}

export async function startTrainee(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Trainee> {
  const child = spawn(command, [...args], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const next = linesOf(child)
  const ready = await next<Ready>()
  return {
    ready,
    run: (steps) => {
      child.stdin?.write(`${steps}\n`)
      return next<Round>()
    },
    stop: async () => {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined
      child.stdin?.end()
      await ended
    },
  }
}

/** Reads one message at a time; rejects when the process ends instead. */
function linesOf(child: ChildProcess): <T>() => Promise<T> {
  if (!child.stdout) throw new Error('the child has no output')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error))
  failed.catch(() => undefined)
  return async <T>(): Promise<T> => {
    const { value, done } = await Promise.race([lines.next(), failed])
    if (done)
      throw new Error(
        `'${child.spawnargs.slice(0, 2).join(' ')}' ended before it answered (status ${String(child.exitCode)})`,
      )
    return JSON.parse(value as string) as T
  }
}
