import type { DatabaseSync } from './sqlite'
import { text } from './sqlite'

export interface HealthTable {
  /** What SQLite finds wrong with the database's own structure and its references; reads all of it. */
  problems(): readonly string[]
  /** Writes a compact copy of the database as it is now; the file must not exist. */
  copyTo(file: string): void
}

const mostProblems = 20

export const healthTable = (database: DatabaseSync): HealthTable => ({
  problems: () => [...structureProblems(database), ...referenceProblems(database)],
  copyTo: (file) => void database.prepare('VACUUM INTO ?').run(file),
})

/** https://www.sqlite.org/pragma.html#pragma_integrity_check */
export const structureProblems = (database: DatabaseSync): readonly string[] =>
  database
    .prepare(`PRAGMA integrity_check(${mostProblems})`)
    .all()
    .map(({ integrity_check: found }) => text(found))
    .filter((found) => found !== 'ok')

/** https://www.sqlite.org/pragma.html#pragma_foreign_key_check */
const referenceProblems = (database: DatabaseSync): readonly string[] =>
  database
    .prepare('PRAGMA foreign_key_check')
    .all()
    .slice(0, mostProblems)
    .map(({ table, parent }) => `a row of '${text(table)}' names a row of '${text(parent)}' that is missing`)
