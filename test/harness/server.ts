import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { engineFile } from '../../src/node/engineFile'
import { useOf } from './processes'
import type { Use } from './processes'

export interface ServerOptions {
  /** Folders that token holders may use. */
  readonly opened?: readonly string[]
  readonly environment?: NodeJS.ProcessEnv
}

/** A real `nnopt serve`. */
export interface Server {
  readonly port: number
  readonly url: string
  readonly token: string
  /** What it has said on stderr: an engine or a door that ended is told there. */
  said(): string
  hasEnded(): boolean
  use(): Use | null
  stop(): Promise<void>
}

export async function startServer(
  workspace: string,
  { opened = [], environment = {} }: ServerOptions = {},
): Promise<Server> {
  const args = [
    engineFile('cli'),
    'serve',
    '--port',
    '0',
    '--json',
    '--workspace',
    workspace,
    ...opened.flatMap((folder) => ['--allow', folder]),
  ]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  let errors = ''
  child.stderr.on('data', (data) => (errors += String(data)))
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const { url, token } = JSON.parse(line) as { readonly url: string; readonly token: string }
  return {
    port: Number(new URL(url).port),
    url,
    token,
    said: () => errors,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    use: () => (child.pid === undefined ? null : useOf(child.pid)),
    stop: () => stopped(child),
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}
