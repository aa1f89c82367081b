import { createHash } from 'node:crypto'
import type { DatabaseSync } from './sqlite'
import { text } from './sqlite'

/** Digests of what the tables hold. */
export interface Fingerprints {
  readonly versions: string
  readonly datasets: string
  /** By the id of the run. */
  readonly runs: ReadonlyMap<string, string>
}

export interface ChangeTable {
  /** A number that changes when another process has written. */
  version(): number
  look(): Fingerprints
}

/** Tells what other programs change. */
export function changeTable(database: DatabaseSync): ChangeTable {
  const digest = (query: string): string => {
    const hash = createHash('sha1')
    for (const row of database.prepare(query).iterate()) hash.update(JSON.stringify(row))
    return hash.digest('hex')
  }
  return {
    version: () => Number(database.prepare('PRAGMA data_version').get()?.data_version ?? 0),
    look: () => ({
      versions: digest('SELECT id, name, deleted_at, tags, notes FROM versions ORDER BY id'),
      datasets: digest('SELECT * FROM datasets ORDER BY name'),
      runs: new Map(
        database
          .prepare('SELECT id, status, results, progress FROM runs')
          .all()
          .map(({ id, ...row }) => [text(id), JSON.stringify(row)]),
      ),
    }),
  }
}
