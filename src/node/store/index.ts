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
import { openDatabase, transaction } from './sqlite'
import { guardStorage } from './storageError'
import { createTunings } from './tunings'
import type { Tunings } from './tunings'
import { versionTable } from './versions'
import type { VersionTable } from './versions'
import { createFolders, workspacePaths } from './workspace'
import type { WorkspacePaths } from './workspace'

/** A workspace that is open in this process. Several processes may have it open. */
export interface Store {
  readonly paths: WorkspacePaths
  readonly versions: VersionTable
  readonly datasets: DatasetTable
  readonly runs: RunTable
  readonly metrics: MetricTable
  readonly measurements: MeasurementTable
  readonly predictions: PredictionTable
  readonly tunings: Tunings
  /** Changes when another process has written. */
  dataVersion(): number
  transaction<T>(action: () => T): T
  close(): void
}

/** Opens a workspace and makes what is missing. Throws `storage` or `schemaTooNew`, each with what to do. */
export function openStore(folder: string): Store {
  const paths = workspacePaths(folder)
  return guardStorage(paths.root, () => {
    createFolders(paths)
    const database = openDatabase(paths.database)
    try {
      migrate(database, paths.database)
    } catch (error) {
      database.close()
      throw error
    }
    return {
      paths,
      versions: versionTable(database),
      datasets: datasetTable(database, paths),
      runs: runTable(database),
      metrics: metricTable(database),
      measurements: measurementTable(database),
      predictions: predictionTable(database),
      tunings: createTunings(paths.tunings),
      dataVersion: () => Number(database.prepare('PRAGMA data_version').get()?.data_version ?? 0),
      transaction: (action) => guardStorage(paths.root, () => transaction(database, action)),
      close: () => database.close(),
    }
  })
}
