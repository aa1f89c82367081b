import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { afterAll } from 'vitest'
import { engineFile } from '../../src/node/engineFile'
import { temporaryFolder } from './temporary'

export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** stdout as the one document that `--json` promises. */
  readonly json: unknown
}

export interface CliOptions {
  readonly workspace?: string
  readonly environment?: Readonly<Record<string, string>>
  /** User that runs it; only root can choose. */
  readonly uid?: number
  readonly onStart?: (child: ChildProcess) => void
  readonly onStderr?: (text: string, child: ChildProcess) => void
}

/** Locks of the machine are for the work of its user, not for that of tests. */
const runtimeFolder = temporaryFolder('runtime')
const children = new Set<ChildProcess>()
afterAll(() => children.forEach((child) => child.kill('SIGKILL')))

/** Runs the command line in a process of its own, as a user would. */
export function cli(
  args: readonly string[],
  { workspace, environment = {}, uid, onStart, onStderr }: CliOptions = {},
): Promise<CliResult> {
  const child = spawn(
    process.execPath,
    [engineFile('cli'), ...args, ...(workspace === undefined ? [] : ['--workspace', workspace])],
    {
      env: { ...process.env, XDG_RUNTIME_DIR: runtimeFolder, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid !== undefined && { uid, gid: uid }),
    },
  )
  children.add(child)
  child.on('close', () => children.delete(child))
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
    onStderr?.(stderr, child)
  })
  onStart?.(child)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      try {
        resolve({ code, stdout, stderr, json: args.includes('--json') ? JSON.parse(stdout) : undefined })
      } catch (error) {
        reject(error)
      }
    })
  })
}
