import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DoctorFinding, Run, Version } from '../../shared/types'
import type { DatasetRecord } from '../datasets/record'
import { databaseFiles, isRestorable, listBackups, putInPlace } from '../store/backups'
import { readDatasetFacts, readRunFacts } from '../store/facts'
import { setAside } from '../store/setAside'
import { openTables } from '../store/tables'
import type { Tables } from '../store/tables'
import type { WorkspacePaths } from '../store/workspace'
import { readComplete } from './versionChecks'

/** How a lost database can be made again. */
export interface RebuildPlan {
  /** The newest sound backup, which holds what the folders do not: metrics, measurements, names, tags and notes. */
  readonly base: string | undefined
  readonly versions: readonly Version[]
  readonly datasets: readonly DatasetRecord[]
  readonly runs: readonly Run[]
  /** Folders that say nothing of themselves. */
  readonly unknown: readonly string[]
}

const list = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : [])
const isThere = <T>(value: T | undefined): value is T => value !== undefined

/** Looks at the folders of a workspace and changes nothing. */
export function planRebuild(paths: WorkspacePaths): RebuildPlan {
  const base = listBackups(paths).find(isRestorable)
  const versions = [
    ...list(paths.versions).map((id) => readComplete(paths.version(id), id)),
    ...list(paths.trash).map((id) => deleted(readComplete(join(paths.trash, id), id))),
  ].filter(isThere)
  const datasets = list(paths.datasets)
    .map((name) => readDatasetFacts(paths, name))
    .filter(isThere)
  const runs = list(paths.runs)
    .map((id) => readRunFacts(paths, id))
    .filter(isThere)
  const known = base === undefined ? noRows : rowsOf(base, paths)
  const unknown = [
    ...list(paths.versions)
      .filter((id) => !known.versions.has(id) && !versions.some((each) => each.id === id))
      .map(paths.version),
    ...list(paths.datasets)
      .filter((name) => !known.datasets.has(name) && !datasets.some((each) => each.name === name))
      .map(paths.dataset),
    ...list(paths.runs)
      .filter((id) => !known.runs.has(id) && !runs.some((each) => each.id === id))
      .map(paths.run),
  ]
  return { base, versions, datasets, runs, unknown }
}

const deleted = (version: Version | undefined): Version | undefined =>
  version && { ...version, deletedAt: new Date().toISOString() }

interface Rows {
  readonly versions: ReadonlySet<string>
  readonly datasets: ReadonlySet<string>
  readonly runs: ReadonlySet<string>
}

const noRows: Rows = { versions: new Set(), datasets: new Set(), runs: new Set() }

function rowsOf(backup: string, paths: WorkspacePaths): Rows {
  // A copy elsewhere: looking changes nothing in the workspace.
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-doctor-'))
  try {
    return withTables(paths, backup, join(folder, 'workspace.db'), ({ versions, datasets, runs }) => ({
      versions: new Set([...versions.list(false), ...versions.list(true)].map(({ id }) => id)),
      datasets: new Set(datasets.list().map(({ name }) => name)),
      runs: new Set(runs.list().map(({ id }) => id)),
    }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs the plan: a new database takes the place of the old one, and what could not be placed is set aside with it. */
export function rebuild(paths: WorkspacePaths, { base, versions, datasets, runs, unknown }: RebuildPlan): void {
  putInPlace(paths, (file) =>
    withTables(paths, base, file, (tables) => {
      for (const version of versions) if (!tables.versions.find(version.id)) tables.versions.insert(version)
      for (const record of datasets) if (!tables.datasets.find(record.name)) tables.datasets.put(record)
      for (const run of runs) if (!tables.runs.find(run.id)) insertRun(tables, run)
    }),
  )
  for (const folder of unknown) setAside(paths, folder)
}

function insertRun({ runs }: Tables, run: Run): void {
  const { id, status, startedAt, finishedAt, results, error } = run
  runs.insert(run)
  const isActive = ['queued', 'running', 'paused'].includes(status)
  runs.update(id, { status: isActive ? 'crashed' : status, startedAt, finishedAt, results, error, pid: null })
}

function withTables<T>(
  paths: WorkspacePaths,
  base: string | undefined,
  file: string,
  action: (tables: Tables) => T,
): T {
  if (base !== undefined) copyFileSync(base, file)
  const { database, tables } = openTables({ ...paths, database: file })
  try {
    return action(tables)
  } finally {
    database.exec('PRAGMA journal_mode = DELETE')
    database.close()
  }
}

/** The plan, or what became of it, as doctor says it. */
export function rebuildFindings(
  paths: WorkspacePaths,
  plan: RebuildPlan,
  reason: string,
  isDone: boolean,
): readonly DoctorFinding[] {
  const { base, versions, datasets, runs, unknown } = plan
  const finding = (check: string, message: string, repair: string): DoctorFinding =>
    isDone
      ? { check, status: 'repaired', message: `${message}: ${repair}` }
      : { check, status: 'problem', message, repair }
  const counts = `${versions.length} versions, ${datasets.length} datasets and ${runs.length} runs`
  return [
    finding('database', reason, `rebuilt from ${base ? `the backup '${base}' and ` : ''}the folders: ${counts}`),
    ...databaseFiles(paths)
      .filter(() => !isDone)
      .map((file) => finding('database', `'${file}' is replaced`, 'moved to lost+found')),
    ...unknown.map((folder) => finding('folders', `'${folder}' does not say what it is`, 'moved to lost+found')),
  ]
}
