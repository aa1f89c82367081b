import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { engineFile } from '../../src/node/engineFile'

/** A process of its own that runs a few lines of JavaScript, says a word when they are done, and then waits to be killed. */
export async function otherProcess(code: string): Promise<ChildProcess> {
  const program = `${code}; process.stdout.write('ready'); setInterval(() => undefined, 1000)`
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout ?? child, 'data')
  return child
}

/** Ends it as a crash would, and waits until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Lines that take the lock of a file as the program does. */
export const holdLock = (path: string): string =>
  `import { DatabaseSync } from 'node:sqlite'; globalThis.held = new DatabaseSync(${JSON.stringify(path)}); held.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')`

/** Lines that open a workspace for work. */
export const workIn = (workspace: string): string =>
  `const { createHost } = await import(${JSON.stringify(engineFile('host'))}); globalThis.host = await createHost({ workspace: ${JSON.stringify(workspace)}, watch: false })`
