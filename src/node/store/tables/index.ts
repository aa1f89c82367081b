import type { WorkspacePaths } from '../workspace'
import { loadSqlite } from '../../nodeSqlite'
import { damagedDatabase } from '../storageError'
import { changeTable } from './changes'
import type { ChangeTable } from './changes'
import { datasetTable } from './datasets'
import type { DatasetTable } from './datasets'
import { healthTable, structureProblems } from './health'
import type { HealthTable } from './health'
import { measurementTable } from './measurements'
import type { MeasurementTable } from './measurements'
import { metricTable } from './metrics'
import type { MetricTable } from './metrics'
import { migrate } from './migrations'
import { predictionTable } from './predictions'
import type { PredictionTable } from './predictions'
import { runTable } from './runs'
import type { RunTable } from './runs'
import { openDatabase } from './sqlite'
import type { DatabaseSync } from './sqlite'
import { versionTable } from './versions'
import type { VersionTable } from './versions'

/** What every table of the database offers. They are synchronous and belong to the database's thread; other threads call them through `openDatabaseThread`. */
export interface Tables {
  readonly versions: VersionTable
  readonly datasets: DatasetTable
  readonly runs: RunTable
  readonly metrics: MetricTable
  readonly measurements: MeasurementTable
  readonly predictions: PredictionTable
  readonly changes: ChangeTable
  readonly health: HealthTable
}

export interface OpenTables {
  readonly database: DatabaseSync
  readonly tables: Tables
}

export interface OpenOptions {
  /** Look through all of it first: the last process may have ended in the middle of something. */
  readonly check?: boolean
  /** Refuse to write. */
  readonly readOnly?: boolean
}

/** Opens the database of a workspace and brings it to this program's schema. Throws what SQLite throws, `storage` when it is damaged, or `schemaTooNew`. */
export function openTables(paths: WorkspacePaths, { check = false, readOnly = false }: OpenOptions = {}): OpenTables {
  const database = openDatabase(paths.database)
  try {
    if (check) assertSound(database, paths)
    migrate(database, paths.database)
    if (readOnly) database.exec('PRAGMA query_only = ON')
    return { database, tables: createTables(database, paths) }
  } catch (error) {
    database.close()
    throw error
  }
}

/** Whether a file is a database that can be used. */
export function isSound(file: string): boolean {
  const { DatabaseSync } = loadSqlite()
  try {
    const database = new DatabaseSync(file, { readOnly: true })
    try {
      return structureProblems(database).length === 0
    } finally {
      database.close()
    }
  } catch {
    return false
  }
}

function assertSound(database: DatabaseSync, { root }: WorkspacePaths): void {
  const [problem] = structureProblems(database)
  if (problem !== undefined) throw damagedDatabase(root, problem)
}

const createTables = (database: DatabaseSync, paths: WorkspacePaths): Tables => ({
  versions: versionTable(database),
  datasets: datasetTable(database, paths),
  runs: runTable(database),
  metrics: metricTable(database),
  measurements: measurementTable(database),
  predictions: predictionTable(database),
  changes: changeTable(database),
  health: healthTable(database),
})
