import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { NNOptError } from '../../shared/errors'
import { assertNobodyPresent } from '../locks/presence'
import { checkedFiles, isUnchanged, writeChecksum } from './checkedFile'
import { syncPath } from './durable'
import type { Store } from './index'
import { makeFolder } from './makeFolder'
import { setAside } from './setAside'
import { isSound } from './tables'
import type { WorkspacePaths } from './workspace'

/** Daily copies that are kept. */
const keptBackups = 7
const dayMs = 24 * 3600 * 1000
const pattern = /^workspace-\d{4}-\d{2}-\d{2}\.db$/

/** Copies of the database, the newest first: the daily ones and those from before a migration. */
export function listBackups({ root, backups }: WorkspacePaths): readonly string[] {
  const daily = existsSync(backups) ? readdirSync(backups).filter((name) => pattern.test(name)) : []
  const migrations = existsSync(root)
    ? readdirSync(root).filter((name) => /^workspace\.db\.backup-v\d+$/.test(name))
    : []
  const files = [...daily.map((name) => join(backups, name)), ...migrations.map((name) => join(root, name))]
  return files.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
}

/** Copies the database once a day, and drops the oldest copies. */
export async function backUpDaily({ paths, health }: Store, now = new Date()): Promise<void> {
  makeFolder(paths.backups)
  const newest = listBackups(paths).find((file) => pattern.test(basename(file)))
  if (newest !== undefined && now.getTime() - statSync(newest).mtimeMs < dayMs) return
  const file = join(paths.backups, `workspace-${now.toISOString().slice(0, 10)}.db`)
  rmSync(`${file}.partial`, { force: true })
  await health.copyTo(`${file}.partial`)
  syncPath(`${file}.partial`)
  renameSync(`${file}.partial`, file)
  syncPath(paths.backups)
  writeChecksum(file)
  const daily = listBackups(paths).filter((each) => pattern.test(basename(each)))
  for (const old of daily.slice(keptBackups).flatMap(checkedFiles)) rmSync(old, { force: true })
}

/** Whether a backup is what was written, and a database. */
export const isRestorable = (file: string): boolean => existsSync(file) && isUnchanged(file) && isSound(file)

/** The database's files; its log belongs to it. */
export const databaseFiles = ({ database }: WorkspacePaths): readonly string[] =>
  [database, `${database}-wal`, `${database}-shm`].filter((file) => existsSync(file))

/** Puts a sound backup in the place of the database, which is set aside. Throws `notFound` when there is none. */
export function restoreBackup(paths: WorkspacePaths, wanted?: string): string {
  const candidates = wanted === undefined ? listBackups(paths) : [wanted]
  const backup = candidates.find(isRestorable)
  if (backup === undefined)
    throw new NNOptError(
      'notFound',
      wanted === undefined
        ? `workspace '${paths.root}' has no sound backup: rebuild its database with 'nnopt doctor --repair'`
        : `'${wanted}' is not a sound backup: expected one of ${listBackups(paths).join(', ') || 'none'}`,
    )
  putInPlace(paths, (file) => copyFileSync(backup, file))
  return backup
}

/** Makes a new database beside the old one, then sets the old one aside and takes its place. */
export function putInPlace(paths: WorkspacePaths, make: (file: string) => void): void {
  assertNobodyPresent(paths)
  const file = `${paths.database}.rebuilt`
  rmSync(file, { force: true })
  make(file)
  syncPath(file)
  for (const old of databaseFiles(paths)) setAside(paths, old)
  renameSync(file, paths.database)
  syncPath(paths.root)
}
