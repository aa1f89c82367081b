import { NNOptError } from '../../shared/errors'
import { resultCode } from '../nodeSqlite'

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space (nnopt purge empties the trash) and try again',
  EDQUOT: 'the disk quota is used up: free some space and try again',
  EROFS: 'it is on a read-only file system: choose another workspace folder',
  EACCES: 'you cannot write to it: change its permissions or choose another workspace folder',
  EPERM: 'you cannot write to it: change its permissions or choose another workspace folder',
  ENOTDIR: 'it, or a part of its path, is a file: choose another workspace folder',
  EEXIST: 'it, or a part of its path, is a file: choose another workspace folder',
}

/** What a person can do about a database that is lost. */
const wayOut =
  "see what 'nnopt doctor --repair --dry-run' can rebuild, or go back to a backup with 'nnopt doctor --restore-backup'"

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html). */
const sqliteReasons: Readonly<Record<number, string>> = {
  5: 'another program has locked its database for too long: quit that program and try again',
  8: reasons.EROFS.replace('it is on a read-only file system', 'it is read-only'),
  10: 'reading or writing its database failed: check the disk',
  11: `its database is damaged: ${wayOut}`,
  13: reasons.ENOSPC,
  14: 'its database cannot be opened: check the permissions of the folder',
  26: `'workspace.db' is not a database: ${wayOut}`,
}

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const code = resultCode(error)
  if (code !== undefined) return sqliteReasons[code]
  return 'code' in error && typeof error.code === 'string' ? reasons[error.code] : undefined
}

/** A failure of the file system or of SQLite as one sentence; other errors pass unchanged. */
export function storageError(error: unknown, workspace: string): unknown {
  const reason = reasonOf(error)
  if (reason === undefined) return error
  const details = { workspace, ...(reason.includes(wayOut) && { databaseLost: true }) }
  return new NNOptError('storage', `workspace '${workspace}': ${reason}`, details, { cause: error })
}

/** For a database that can be opened, and is not what it was. */
export const damagedDatabase = (workspace: string, problem: string): NNOptError =>
  lostDatabase(workspace, `its database is damaged (${problem})`)

/** For a database that is not there, or not what it was. */
export const lostDatabase = (workspace: string, problem: string): NNOptError =>
  new NNOptError('storage', `workspace '${workspace}': ${problem}: ${wayOut}`, { workspace, databaseLost: true })

/** Whether the database must be rebuilt or restored before the workspace can be used. */
export const isDatabaseLost = (error: unknown): error is NNOptError =>
  error instanceof NNOptError && error.details?.databaseLost === true

/** Runs `action`; what the disk or the database refuses comes out as a `storage` error. */
export function guardStorage<T>(workspace: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw storageError(error, workspace)
  }
}

/** The same for a promise. */
export async function guardStorageAsync<T>(workspace: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw storageError(error, workspace)
  }
}
