import type { z } from 'zod'
import { NNOptError } from '../../../shared/errors'
import type { Row } from './sqlite'
import { text } from './sqlite'

/** A row that cannot be read: it hides one item, which doctor names. */
export interface DamagedRow {
  readonly kind: 'version' | 'dataset' | 'run'
  readonly id: string
  readonly name: string
}

export const damagedRow = ({ kind, id, name }: DamagedRow): NNOptError =>
  new NNOptError(
    'storage',
    `${kind} '${name}' (${id}): its row in the database is damaged; 'nnopt doctor --repair' writes it again from its folder`,
    { [kind]: id },
  )

/** Reads the rows of one table. */
export interface RowReader<T> {
  /** Those that can be read. */
  all(rows: readonly Row[]): readonly T[]
  /** Throws `storage` for a damaged one. */
  one(row: Row | undefined): T | undefined
  damaged(rows: readonly Row[]): readonly DamagedRow[]
}

export function rowReader<T>(
  kind: DamagedRow['kind'],
  schema: z.ZodType<T>,
  read: (row: Row) => unknown,
): RowReader<T> {
  const attempt = (row: Row): T | undefined => {
    try {
      const value = read(row)
      // As it was written: the schema would drop what it does not know.
      return schema.safeParse(value).success ? (value as T) : undefined
    } catch {
      return undefined
    }
  }
  const nameOf = (row: Row): DamagedRow => ({ kind, id: text(row.id ?? row.name ?? ''), name: text(row.name ?? '') })
  return {
    all: (rows) => rows.map(attempt).filter((value) => value !== undefined),
    one: (row) => {
      const value = row && attempt(row)
      if (row && value === undefined) throw damagedRow(nameOf(row))
      return value
    },
    damaged: (rows) => rows.filter((row) => attempt(row) === undefined).map(nameOf),
  }
}

/** The numbers of a metric; none where they cannot be read. */
export function numbersIn<T extends object>(json: string): T {
  try {
    return JSON.parse(json) as T
  } catch {
    return {} as T
  }
}
