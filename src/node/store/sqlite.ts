import type * as sqlite from 'node:sqlite'
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'

export type Row = Record<string, SQLOutputValue>
export type { DatabaseSync }

const busyTimeoutMs = 15_000

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

/** Opens a database that several processes share: write-ahead log, and writers wait for each other. */
export function openDatabase(path: string): DatabaseSync {
  const { DatabaseSync } = loadSqlite()
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs })
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
