import { existsSync } from 'node:fs'
import { NNOptError } from '../../../shared/errors'
import type { DatabaseSync } from './sqlite'
import { transaction } from './sqlite'

/** Each brings the schema from its index to the next; a published one is never edited. */
const migrations: readonly string[] = [
  `
  CREATE TABLE versions (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, created_at TEXT NOT NULL, deleted_at TEXT, parent_id TEXT, run_id TEXT,
    tags TEXT NOT NULL DEFAULT '[]', notes TEXT NOT NULL DEFAULT '', facts TEXT NOT NULL
  ) STRICT;
  CREATE INDEX versions_name ON versions (name);
  CREATE TABLE datasets (name TEXT PRIMARY KEY, created_at TEXT NOT NULL, record TEXT NOT NULL) STRICT;
  CREATE TABLE runs (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, recipe TEXT NOT NULL, status TEXT NOT NULL, wish TEXT NOT NULL DEFAULT 'run',
    created_at TEXT NOT NULL, started_at TEXT, finished_at TEXT, results TEXT NOT NULL DEFAULT '[]', error TEXT, progress TEXT, pid INTEGER
  ) STRICT;
  CREATE TABLE metrics (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step_index INTEGER NOT NULL, kind TEXT NOT NULL, position REAL NOT NULL, at TEXT NOT NULL, "values" TEXT NOT NULL
  ) STRICT;
  CREATE INDEX metrics_run ON metrics (run_id, kind, sequence);
  CREATE TABLE evaluations (
    id TEXT PRIMARY KEY, version_id TEXT NOT NULL REFERENCES versions (id) ON DELETE CASCADE, run_id TEXT, created_at TEXT NOT NULL,
    sample_limit INTEGER, seed INTEGER NOT NULL, evaluation TEXT NOT NULL
  ) STRICT;
  CREATE INDEX evaluations_version ON evaluations (version_id);
  CREATE TABLE benchmarks (
    id TEXT PRIMARY KEY, version_id TEXT NOT NULL REFERENCES versions (id) ON DELETE CASCADE, run_id TEXT, created_at TEXT NOT NULL, benchmark TEXT NOT NULL
  ) STRICT;
  CREATE INDEX benchmarks_version ON benchmarks (version_id);
  `,
  `
  DROP INDEX metrics_run;
  CREATE INDEX metrics_group ON metrics (run_id, kind, step_index, sequence);
  CREATE TABLE metric_blocks (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, kind TEXT NOT NULL, step_index INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL, x0 REAL NOT NULL, x1 REAL NOT NULL, t0 REAL NOT NULL, t1 REAL NOT NULL, "values" TEXT NOT NULL,
    PRIMARY KEY (run_id, kind, step_index, first)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE predictions (
    evaluation_id TEXT PRIMARY KEY REFERENCES evaluations (id) ON DELETE CASCADE, dataset_hash TEXT NOT NULL,
    samples BLOB NOT NULL, labels BLOB NOT NULL, predicted BLOB NOT NULL
  ) STRICT;
  `,
  'ALTER TABLE runs ADD COLUMN owner TEXT',
]

const versionOf = (database: DatabaseSync): number =>
  Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0)

/**
 * Brings a database to this program's schema; before each migration a copy `<path>.backup-v<N>` is made.
 * Throws `schemaTooNew` for a database of a newer program. `steps` is for tests.
 */
export function migrate(database: DatabaseSync, path: string, steps: readonly string[] = migrations): void {
  const found = versionOf(database)
  if (found > steps.length) {
    throw new NNOptError(
      'schemaTooNew',
      `workspace database '${path}': expected schema ${steps.length} or older, got ${found}: it was written by a newer version of the program; update this one or choose another workspace folder`,
      { expected: steps.length, got: found },
    )
  }
  for (let version = found; version < steps.length; version++) {
    // A new workspace holds nothing worth a copy.
    if (found > 0) backUp(database, `${path}.backup-v${version}`)
    transaction(database, () => {
      // Another process may have been faster.
      if (versionOf(database) !== version) return
      database.exec(steps[version]!)
      database.exec(`PRAGMA user_version = ${version + 1}`)
    })
  }
}

function backUp(database: DatabaseSync, copy: string): void {
  if (!existsSync(copy)) database.prepare('VACUUM INTO ?').run(copy)
}
