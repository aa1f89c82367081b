import { existsSync } from 'node:fs'
import { isBusy, loadSqlite } from '../nodeSqlite'

/**
 * A lock that the operating system takes back when its process ends, however it ends: no zombie, reused process id, changed clock or
 * reboot can hold one. It is SQLite's lock on an empty file (https://www.sqlite.org/lockingv3.html), the same on every system.
 */
export interface FileLock {
  readonly path: string
  release(): void
}

/** Takes the lock of a file, which is made when it is missing; undefined while another process, or another part of this one, has it. */
export function tryLock(path: string): FileLock | undefined {
  const { DatabaseSync } = loadSqlite()
  const database = new DatabaseSync(path)
  try {
    // Nothing is ever written: no file for a journal either.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return { path, release: () => database.close() }
  } catch (error) {
    database.close()
    if (isBusy(error)) return undefined
    throw error
  }
}

/** Whether somebody has the lock of a file. */
export function isLocked(path: string): boolean {
  if (!existsSync(path)) return false
  const { DatabaseSync } = loadSqlite()
  const database = new DatabaseSync(path)
  try {
    // A reader's lock: two that look at once do not see each other.
    database.exec('SELECT 1 FROM sqlite_schema')
    return false
  } catch (error) {
    if (isBusy(error)) return true
    throw error
  } finally {
    database.close()
  }
}
