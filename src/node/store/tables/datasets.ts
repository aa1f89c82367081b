import type { DatasetRecord } from '../../datasets/record'
import type { WorkspacePaths } from '../workspace'
import type { DatabaseSync, Row } from './sqlite'
import { text } from './sqlite'

export interface DatasetTable {
  put(record: DatasetRecord): void
  find(name: string): DatasetRecord | undefined
  list(): readonly DatasetRecord[]
  remove(name: string): void
}

export function datasetTable(database: DatabaseSync, paths: WorkspacePaths): DatasetTable {
  // A workspace may have been moved since the record was written.
  const read = (row: Row): DatasetRecord => ({
    ...(JSON.parse(text(row.record)) as DatasetRecord),
    folder: paths.dataset(text(row.name)),
  })
  return {
    put: (record) =>
      void database
        .prepare('INSERT OR REPLACE INTO datasets (name, created_at, record) VALUES (?, ?, ?)')
        .run(record.name, record.createdAt, JSON.stringify(record)),
    find: (name) => {
      const row = database.prepare('SELECT * FROM datasets WHERE name = ?').get(name)
      return row && read(row)
    },
    list: () => database.prepare('SELECT * FROM datasets ORDER BY name').all().map(read),
    remove: (name) => void database.prepare('DELETE FROM datasets WHERE name = ?').run(name),
  }
}
