import { statSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { assert, toErrorReport } from '../../../shared/errors'
import { disconnected, storageError } from '../storageError'
import { openTables } from '../tables'
import type { OpenTables, Tables } from '../tables'
import { workspacePaths } from '../workspace'
import type { DatabaseThreadData, FromDatabase, TableCall, ToDatabase } from './messages'
import { createTurns, patiently } from './turns'
import type { Turns } from './turns'

/** The database's thread: SQLite may block it, and nothing else waits. */

const { folder, ...options } = workerData as DatabaseThreadData
const paths = workspacePaths(folder)
/** A thread that is told to close waits no longer than this for other programs. */
const closingPatienceMs = 2000

const send = (message: FromDatabase): void => parentPort?.postMessage(message)
const report = (error: unknown) => toErrorReport(storageError(error, paths.root))

function run(tables: Tables, { table, method, args }: TableCall): unknown {
  const found: unknown = Reflect.get(tables[table], method)
  assert(typeof found === 'function', () => `table '${table}' has no method '${method}'`)
  return Reflect.apply(found, undefined, args) as unknown
}

const take = (tables: Tables, turns: Turns, isThere: () => boolean, call: TableCall): void =>
  turns.take({
    run: () => {
      if (!isThere()) throw disconnected(paths.root)
      return run(tables, call)
    },
    done: (result) => send({ kind: 'result', id: call.id, result }),
    failed: (error) => send({ kind: 'error', id: call.id, error: report(error) }),
  })

/** A disk that is taken away leaves its open files usable: what is written to them is lost. */
function presenceOf(file: string): () => boolean {
  const opened = statSync(file)
  return () => {
    const now = statSync(file, { throwIfNoEntry: false })
    return now?.ino === opened.ino && now.dev === opened.dev
  }
}

function serve({ database, tables }: OpenTables): void {
  const isThere = presenceOf(paths.database)
  const turns = createTurns(database)
  const close = async (): Promise<void> => {
    await turns.settled(closingPatienceMs)
    database.close()
    parentPort?.close()
  }
  parentPort?.on('message', (message: ToDatabase) => {
    if (message.kind === 'call') take(tables, turns, isThere, message)
    else void close()
  })
  send({ kind: 'opened', methods: Object.entries(tables).map(([name, table]) => [name, Object.keys(table)]) })
}

assert(parentPort, () => 'the database has a thread of its own: expected to be started as a worker')
patiently(() => openTables(paths, options)).then(serve, (error: unknown) => {
  send({ kind: 'refused', error: report(error) })
  parentPort?.close()
})
