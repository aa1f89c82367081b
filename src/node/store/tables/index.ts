import type { WorkspacePaths } from '../workspace'
import { changeTable } from './changes'
import type { ChangeTable } from './changes'
import { datasetTable } from './datasets'
import type { DatasetTable } from './datasets'
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
}

export interface OpenTables {
  readonly database: DatabaseSync
  readonly tables: Tables
}

/** Opens the database of a workspace and brings it to this program's schema. Throws what SQLite throws, or `schemaTooNew`. */
export function openTables(paths: WorkspacePaths): OpenTables {
  const database = openDatabase(paths.database)
  try {
    migrate(database, paths.database)
    return { database, tables: createTables(database, paths) }
  } catch (error) {
    database.close()
    throw error
  }
}

const createTables = (database: DatabaseSync, paths: WorkspacePaths): Tables => ({
  versions: versionTable(database),
  datasets: datasetTable(database, paths),
  runs: runTable(database),
  metrics: metricTable(database),
  measurements: measurementTable(database),
  predictions: predictionTable(database),
  changes: changeTable(database),
})
