import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { NNOptError } from '../../../shared/errors'
import { loadSqlite } from '../../nodeSqlite'

export type Row = Record<string, SQLOutputValue>
export type { DatabaseSync }

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

/** A column as it was read; undefined when the query did not ask for it. */
type Column = SQLOutputValue | undefined

export const text = (value: Column): string => String(selected(value))

export const textOrNull = (value: Column): string | null => (selected(value) === null ? null : String(value))

export const numberOrNull = (value: Column): number | null => (selected(value) === null ? null : Number(value))

function selected(value: Column): SQLOutputValue {
  if (value === undefined) throw new NNOptError('internal', 'expected a column that the query reads, got none')
  return value
}
