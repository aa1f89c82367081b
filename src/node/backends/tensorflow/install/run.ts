import { spawn } from 'node:child_process'
import { NNOptError } from '../../../../shared/errors'

export interface RunOptions {
  readonly cwd?: string
  readonly signal?: AbortSignal | undefined
  readonly environment?: Readonly<Record<string, string>>
}

const TAIL_CHARACTERS = 2000

/**
 * Runs a program to completion and returns its output; throws `unavailable` with the end of its messages if it fails.
 */
export function run(
  command: string,
  args: readonly string[],
  { cwd, signal, environment }: RunOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      signal,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let messages = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      messages = (messages + chunk.toString()).slice(-TAIL_CHARACTERS)
    })
    child.on('error', (cause) => reject(startFailure(command, cause)))
    child.on('close', (code, killed) =>
      code === 0
        ? resolve(out)
        : reject(failure(command, args, killed ?? code, messages || out.slice(-TAIL_CHARACTERS))),
    )
  })
}

function startFailure(command: string, cause: Error): NNOptError {
  if (cause.name === 'AbortError') return new NNOptError('cancelled', 'the installation was stopped', {}, { cause })
  return new NNOptError(
    'unavailable',
    `'${command}' could not be started: ${cause.message}; install it, or add it to PATH`,
    {},
    { cause },
  )
}

function failure(
  command: string,
  args: readonly string[],
  status: number | string | null,
  messages: string,
): NNOptError {
  return new NNOptError('unavailable', `'${command} ${args[0] ?? ''}' failed (${String(status)}):\n${messages.trim()}`)
}
