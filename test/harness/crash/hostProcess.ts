import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { engineFile } from '../../../src/node/engineFile'
import { nodeBinary } from '../../../src/node/jobs/nodeBinary'
import type { Client } from '../../../src/shared/contract'
import { createClient } from '../../../src/shared/rpc'
import type { Message } from '../../../src/shared/rpc'

/** The engine's host in a process of its own, which can be killed. */
export interface HostProcess {
  readonly client: Client
  readonly pid: number
  /** As a crash would, and waits until it is gone. */
  kill(): Promise<void>
  /** As the program ends. */
  close(): Promise<void>
}

const program = (workspace: string): string => `
const { createHost } = await import(${JSON.stringify(engineFile('host'))})
const host = await createHost({ workspace: ${JSON.stringify(workspace)}, watch: false })
host.connect({
  post: (message) => process.send(message, undefined, undefined, () => undefined),
  onMessage: (listener) => process.on('message', (message) => message !== 'close' && listener(message)),
  onClose: () => undefined,
  close: () => undefined,
})
process.on('message', (message) => message === 'close' && host.close().then(() => process.exit(0)))
process.on('disconnect', () => process.exit(1))
process.send('ready')`

export async function startHost(workspace: string): Promise<HostProcess> {
  // A file, not an argument: processes and threads of the host take its flags over.
  const file = join(mkdtempSync(join(tmpdir(), 'nnopt-host-')), 'host.mjs')
  writeFileSync(file, program(workspace))
  const child = spawn(nodeBinary(), ['--no-warnings', file], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
    // Locks and a cache of its own: measurements of other programs hold nothing up here.
    env: { ...process.env, XDG_RUNTIME_DIR: dirname(workspace), NNOPT_CACHE: join(dirname(workspace), 'cache') },
  })
  const gone = once(child, 'exit')
  const [word] = (await Promise.race([once(child, 'message'), gone])) as readonly unknown[]
  rmSync(dirname(file), { recursive: true, force: true })
  if (word !== 'ready' || child.pid === undefined) throw new Error(`the host ended at its start: ${String(word)}`)
  const client = createClient({
    post: (message) => void (child.connected && child.send(message as object, () => undefined)),
    onMessage: (listener) => void child.on('message', (message) => listener(message as Message)),
    onClose: (listener) => void child.on('exit', () => listener()),
    close: () => undefined,
  })
  return {
    client,
    pid: child.pid,
    kill: async () => {
      child.kill('SIGKILL')
      await gone
    },
    close: async () => {
      child.send('close')
      await gone
    },
  }
}
