import { Worker } from 'node:worker_threads'
import { NNOptError, fromErrorReport } from '../../../shared/errors'
import { engineFile } from '../../engineFile'
import type { DatabaseThreadData, FromDatabase, MethodNames, RemoteTables, TableCall, ToDatabase } from './messages'

/** The tables of a workspace's database, which another thread works on. */
export interface DatabaseThread {
  readonly tables: RemoteTables
  /** Resolves when the database is closed. */
  close(): Promise<void>
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** Starts the database's thread. Throws `storage` or `schemaTooNew`, each with what to do. */
export async function openDatabaseThread(data: DatabaseThreadData): Promise<DatabaseThread> {
  const worker = new Worker(engineFile('store'), { workerData: data })
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const calls = createCalls(worker)
  const { methods } = await opened(worker)
  calls.listen()
  return {
    tables: proxies(methods, calls.call),
    close: async () => {
      calls.holdProcess()
      worker.postMessage({ kind: 'close' } satisfies ToDatabase)
      await ended
    },
  }
}

const threadEnded = (how: string): NNOptError =>
  new NNOptError('storage', `the thread that keeps the workspace's database ended (${how}): start the program again`)

function opened(worker: Worker): Promise<Extract<FromDatabase, { kind: 'opened' }>> {
  return new Promise((resolve, reject) => {
    worker.once('message', (message: FromDatabase) => {
      if (message.kind === 'opened') resolve(message)
      if (message.kind === 'refused') reject(fromErrorReport(message.error))
    })
    worker.once('error', reject)
    worker.once('exit', (code) => reject(threadEnded(`code ${code}`)))
  })
}

type Call = (call: Omit<TableCall, 'id'>) => Promise<unknown>

/** Keeps calls until they are answered. The thread keeps its process alive only while a call is open. */
function createCalls(worker: Worker): { readonly call: Call; listen(): void; holdProcess(): void } {
  const waiting = new Map<number, Waiting>()
  let nextId = 0
  let isHeld = false
  let dead: NNOptError | undefined
  const answer = (message: FromDatabase): void => {
    if (message.kind !== 'result' && message.kind !== 'error') return
    const call = waiting.get(message.id)
    waiting.delete(message.id)
    if (waiting.size === 0 && !isHeld) worker.unref()
    if (message.kind === 'result') call?.resolve(message.result)
    else call?.reject(fromErrorReport(message.error))
  }
  const die = (how: string): void => {
    dead = threadEnded(how)
    for (const { reject } of waiting.values()) reject(dead)
    waiting.clear()
  }
  return {
    call: (call) =>
      new Promise((resolve, reject) => {
        if (dead) return reject(dead)
        const id = nextId++
        waiting.set(id, { resolve, reject })
        worker.ref()
        worker.postMessage({ kind: 'call', id, ...call } satisfies ToDatabase)
      }),
    // An answer that is still on its way when the thread is closed must not let the process end before the thread.
    holdProcess: () => {
      isHeld = true
      worker.ref()
    },
    listen: () => {
      worker.unref()
      worker.on('message', answer)
      worker.on('error', ({ message }) => die(message))
      worker.on('exit', (code) => die(`code ${code}`))
    },
  }
}

/** An object a table whose methods are calls. */
function proxies(tables: MethodNames, call: Call): RemoteTables {
  const proxy = (table: string, methods: readonly string[]): object =>
    Object.fromEntries(
      methods.map((method) => [
        method,
        (...args: readonly never[]) => call({ table: table as TableCall['table'], method, args }),
      ]),
    )
  return Object.fromEntries(tables.map(([table, methods]) => [table, proxy(table, methods)])) as RemoteTables
}
