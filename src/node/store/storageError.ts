import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { NNOptError } from '../../shared/errors'
import { isWithin } from '../access/isWithin'
import { resultCode } from '../nodeSqlite'

const elsewhere = 'choose another workspace folder'
const gone = 'its disk is not connected any more: connect it again, then resume what was running'

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space (nnopt purge empties the trash) and try again',
  EDQUOT: 'the disk quota is used up: free some space and try again',
  EROFS: `it is on a read-only file system: ${elsewhere}`,
  EACCES: `you cannot write to it: change its permissions or ${elsewhere}`,
  EPERM: `you cannot write to it: change its permissions or ${elsewhere}`,
  ENOTDIR: `it, or a part of its path, is a file: ${elsewhere}`,
  EEXIST: `it, or a part of its path, is a file: ${elsewhere}`,
  EIO: 'the disk failed while it was read or written: check the disk and its connection',
  EMFILE: 'too many files are open: close other programs, or raise the limit of open files',
  ENFILE: 'too many files are open: close other programs, or raise the limit of open files',
  ETIMEDOUT: 'its disk did not answer in time: check the connection',
  ENODEV: gone,
  ENXIO: gone,
  ESTALE: gone,
  ENOTCONN: gone,
}

const roomCodes = ['ENOSPC', 'EDQUOT']

/** What a person can do about a database that is lost. */
const wayOut =
  "see what 'nnopt doctor --repair --dry-run' can rebuild, or go back to a backup with 'nnopt doctor --restore-backup'"

const sqliteFull = 13
/** SQLite's primary result codes (https://www.sqlite.org/rescode.html). */
const sqliteReasons: Readonly<Record<number, string>> = {
  5: 'another program has locked its database for too long: quit that program and try again',
  8: `it is read-only: ${elsewhere}`,
  10: 'reading or writing its database failed: check the disk',
  11: `its database is damaged: ${wayOut}`,
  [sqliteFull]: 'the disk is full: free some space (nnopt purge empties the trash) and try again',
  14: 'its database cannot be opened: check the disk and the permissions of the folder',
  26: `'workspace.db' is not a database: ${wayOut}`,
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

function reasonOf(error: unknown, workspace: string): string | undefined {
  const result = resultCode(error)
  if (result !== undefined) return sqliteReasons[result]
  const code = codeOf(error)
  if (code === 'ENOENT' && !existsSync(join(workspace, 'workspace.db'))) return gone
  return code === undefined ? undefined : reasons[code]
}

/** Another disk may refuse too, such as that of an exported file. */
function placeOf(error: unknown, workspace: string): string {
  const path = error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined
  return path === undefined || isWithin(workspace, path) ? `workspace '${workspace}'` : `'${path}'`
}

const lacksRoom = (error: unknown): boolean =>
  resultCode(error) === sqliteFull || roomCodes.includes(codeOf(error) ?? '')

/** A failure of the file system or of SQLite as one sentence; other errors pass unchanged. */
export function storageError(error: unknown, workspace: string): unknown {
  const reason = error instanceof NNOptError ? undefined : reasonOf(error, workspace)
  if (reason === undefined) return error
  const details = {
    workspace,
    ...(reason.includes(wayOut) && { databaseLost: true }),
    ...(lacksRoom(error) && { full: true }),
  }
  return new NNOptError('storage', `${placeOf(error, workspace)}: ${reason}`, details, { cause: error })
}

/** Whether there would be no error with more room on the disk. */
export const isFull = (error: unknown): boolean => error instanceof NNOptError && error.details?.full === true

/** For a disk that was taken away while the workspace was open. */
export const disconnected = (workspace: string): NNOptError =>
  new NNOptError('storage', `workspace '${workspace}': ${gone}`, { workspace })

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
