import type * as sqlite from 'node:sqlite'
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'

export type Row = Record<string, SQLOutputValue>
export type { DatabaseSync }

/** Loads node:sqlite without its 'experimental' warning; every other warning still shows. */
function loadSqlite(): typeof sqlite {
  const { emitWarning } = process
  process.emitWarning = () => undefined
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
}

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html). */
const resultCodes = { busy: 5, locked: 6, readOnly: 8, protocol: 15 } as const

/** The primary result code of an error that SQLite threw; undefined for other errors. */
export const resultCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined

/** Another connection is at work: the same call can succeed a moment later. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error)
  return code === resultCodes.busy || code === resultCodes.locked || code === resultCodes.protocol
}

export const isReadOnly = (error: unknown): boolean => resultCode(error) === resultCodes.readOnly

/** Opens a database that several processes share, with a write-ahead log. A call that meets another's transaction throws at once; see `createTurns`. */
export function openDatabase(path: string): DatabaseSync {
  const { DatabaseSync } = loadSqlite()
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

/** Runs `action` in a write transaction: all of it, or nothing. */
export function transaction<T>(database: DatabaseSync, action: () => T): T {
  if (database.isTransaction) return action()
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = action()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

export const text = (value: SQLOutputValue): string => String(value)

export const textOrNull = (value: SQLOutputValue): string | null => (value === null ? null : String(value))

export const numberOrNull = (value: SQLOutputValue): number | null => (value === null ? null : Number(value))
