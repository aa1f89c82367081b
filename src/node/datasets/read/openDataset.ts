import { access } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { NNOptError } from '../../../shared/errors'
import { splits } from '../../../shared/types/dataset'
import type { Split } from '../../../shared/types/dataset'
import { wholeFileOffset } from '../pool/messages'
import type { SampleRefs } from '../pool/messages'
import type { StoredDataset } from '../record'
import { readSampleTable, sampleTableFile } from './sampleTable'
import type { SampleTable } from './sampleTable'

/** A dataset whose samples can be named, counted and located; a DataPool provides the pixels. */
export interface Dataset {
  readonly record: StoredDataset
  size(split: Split): number
  /** The class of every sample, as an index in `record.classes`. Read-only. */
  labels(split: Split): Int32Array
  /** Path of a sample in its source, such as 'test/cat/0012.jpg'. */
  sampleKey(split: Split, index: number): string
  /** Where samples are stored, for the worker threads. Throws `wrongCall` for an index outside the split. */
  locate(split: Split, indices: Int32Array): SampleRefs
}

/**
 * Opens a dataset of the workspace. Throws `storage` if its folder is damaged, and `notFound` if its images were moved.
 */
export async function openDataset(record: StoredDataset): Promise<Dataset> {
  const table = await readSampleTable(join(record.folder, sampleTableFile), record.name, record.facts?.tableHash)
  const stores = table.stores.map(({ kind, path }) => ({
    kind,
    path: isAbsolute(path) ? path : join(record.folder, path),
  }))
  await Promise.all(stores.map(({ kind, path }) => assertThere(record.name, kind, path)))
  return datasetOver(record, table, stores)
}

type Stores = SampleTable['stores']

async function assertThere(name: string, kind: Stores[number]['kind'], path: string): Promise<void> {
  await access(path).catch((error: unknown) => {
    const what =
      kind === 'folder'
        ? `its images were in '${path}', which no longer exists: move the folder back`
        : `'${path}' is missing: restore it`
    throw new NNOptError('notFound', `dataset '${name}': ${what}, or add the dataset again`, { path }, { cause: error })
  })
}

function datasetOver(record: StoredDataset, table: SampleTable, stores: Stores): Dataset {
  const members = Object.fromEntries(
    splits.map((split, code) => [split, table.split.flatMap((value, row) => (value === code ? [row] : []))]),
  ) as Record<Split, number[]>
  const labels = Object.fromEntries(
    splits.map((split) => [split, Int32Array.from(members[split], (position) => table.label[position]!)]),
  ) as Record<Split, Int32Array>
  const row = (split: Split, index: number): number => {
    const found = members[split][index]
    if (found === undefined)
      throw new NNOptError(
        'wrongCall',
        `dataset '${record.name}', split '${split}': expected a sample of 0 to ${members[split].length - 1}, got ${index}`,
      )
    return found
  }
  return {
    record,
    size: (split) => members[split].length,
    labels: (split) => labels[split],
    sampleKey: (split, index) => table.path[row(split, index)]!,
    locate: (split, indices) =>
      refsOf(
        table,
        stores,
        [...indices].map((index) => row(split, index)),
      ),
  }
}

function refsOf(table: SampleTable, stores: Stores, rows: readonly number[]): SampleRefs {
  const files = new Map<string, number>()
  const fileOf = (row: number): number => {
    const { kind, path } = stores[table.store[row]!]!
    const file = kind === 'folder' ? join(path, table.path[row]!) : path
    if (!files.has(file)) files.set(file, files.size)
    return files.get(file) ?? 0
  }
  const storeOf = (row: number): Stores[number] => stores[table.store[row]!]!
  const sizeWhereRaw = (column: readonly number[]): Int32Array =>
    Int32Array.from(rows, (row) => (storeOf(row).kind === 'pixels' ? column[row]! : 0))
  return {
    file: Int32Array.from(rows, fileOf),
    files: [...files.keys()],
    offset: Float64Array.from(rows, (row) => (storeOf(row).kind === 'folder' ? wholeFileOffset : table.offset[row]!)),
    length: Float64Array.from(rows, (row) => table.length[row]!),
    crc: table.crc && Uint32Array.from(rows, (row) => table.crc?.[row] ?? 0),
    width: sizeWhereRaw(table.width),
    height: sizeWhereRaw(table.height),
    names: rows.map((row) =>
      storeOf(row).kind === 'folder' ? join(storeOf(row).path, table.path[row]!) : table.path[row]!,
    ),
  }
}
