import { z } from 'zod'
import type { DatasetRecord } from '../../datasets/record'
import type { WorkspacePaths } from '../workspace'
import { datasetDetails } from '../../../shared/types'
import { rowReader } from './rows'
import type { DamagedRow } from './rows'
import type { DatabaseSync, Row } from './sqlite'
import { text } from './sqlite'

export interface DatasetTable {
  put(record: DatasetRecord): void
  find(name: string): DatasetRecord | undefined
  list(): readonly DatasetRecord[]
  remove(name: string): void
  damaged(): readonly DamagedRow[]
}

const recordSchema = z.intersection(datasetDetails, z.object({ folder: z.string() }))

export function datasetTable(database: DatabaseSync, paths: WorkspacePaths): DatasetTable {
  // A workspace may have been moved since the record was written.
  const reader = rowReader('dataset', recordSchema, (row) => ({
    ...(JSON.parse(text(row.record)) as object),
    folder: paths.dataset(text(row.name)),
  }))
  const rows = (): Row[] => database.prepare('SELECT * FROM datasets ORDER BY name').all()
  return {
    put: (record) =>
      void database
        .prepare('INSERT OR REPLACE INTO datasets (name, created_at, record) VALUES (?, ?, ?)')
        .run(record.name, record.createdAt, JSON.stringify(record)),
    find: (name) => reader.one(database.prepare('SELECT * FROM datasets WHERE name = ?').get(name)),
    list: () => reader.all(rows()),
    remove: (name) => void database.prepare('DELETE FROM datasets WHERE name = ?').run(name),
    damaged: () => reader.damaged(rows()),
  }
}
