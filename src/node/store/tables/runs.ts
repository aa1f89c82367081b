import { run as runSchema } from '../../../shared/types'
import type { Progress, Recipe, Run, RunStatus, StepResult } from '../../../shared/types'
import { rowReader } from './rows'
import type { DamagedRow } from './rows'
import type { DatabaseSync, Row } from './sqlite'
import { numberOrNull, text, textOrNull } from './sqlite'

/** What was asked of a run; whichever process works on it looks here. */
export type Wish = 'run' | 'pause' | 'stop' | 'stopAtEpochEnd'

export type RunChange = Partial<
  Pick<Run, 'status' | 'startedAt' | 'finishedAt' | 'results' | 'error' | 'progress' | 'pid'>
> & { readonly wish?: Wish }

/** A run that waits or works, and the process whose queue it is in; null in rows of older programs. */
export interface ActiveRun {
  readonly id: string
  readonly name: string
  readonly status: RunStatus
  readonly owner: string | null
}

export type RunEnd = Pick<Run, 'status' | 'error' | 'finishedAt'>

/** A run to be queued. */
export type NewRun = Pick<Run, 'id' | 'name' | 'recipe' | 'createdAt' | 'pid'> & { readonly owner?: string }

export interface RunTable {
  insert(run: NewRun): void
  find(id: string): Run | undefined
  /** Newest first. */
  list(status?: readonly RunStatus[]): readonly Run[]
  update(id: string, change: RunChange): void
  active(): readonly ActiveRun[]
  /** Queues a run that has ended for an owner; false when somebody else was faster. */
  claim(id: string, owner: Pick<ActiveRun, 'owner'> & Pick<Run, 'pid'>): boolean
  /** Ends a run whose owner is gone; false when it has another owner by now, or ended. */
  abandon(run: ActiveRun, end: RunEnd): boolean
  wish(id: string): Wish
  /** With its metrics; false for a run that has not ended. */
  remove(id: string): boolean
  damaged(): readonly DamagedRow[]
  /** Writes a damaged row again; its metrics stay. */
  mend(run: Run): void
}

const resumable: readonly RunStatus[] = ['paused', 'stopped', 'failed', 'crashed']

/** As lists in SQL. */
const [active, ended] = ["'queued', 'running', 'paused'", "'stopped', 'failed', 'crashed'"]

const columns = {
  status: 'status',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  results: 'results',
  error: 'error',
  progress: 'progress',
  pid: 'pid',
  wish: 'wish',
} as const

const reader = rowReader('run', runSchema, read)

function read(row: Row): Run {
  const status = text(row.status) as RunStatus
  return {
    id: text(row.id),
    name: text(row.name),
    recipe: JSON.parse(text(row.recipe)) as Recipe,
    status,
    createdAt: text(row.created_at),
    startedAt: textOrNull(row.started_at),
    finishedAt: textOrNull(row.finished_at),
    results: JSON.parse(text(row.results)) as readonly StepResult[],
    error: row.error === null ? null : (JSON.parse(text(row.error)) as Run['error']),
    resumable: resumable.includes(status),
    pid: numberOrNull(row.pid),
    progress: row.progress === null ? null : (JSON.parse(text(row.progress)) as Progress),
  }
}

const encode = (value: unknown): string | number | null =>
  typeof value === 'string' || typeof value === 'number' || value === null ? value : JSON.stringify(value)

export function runTable(database: DatabaseSync): RunTable {
  return {
    insert: ({ id, name, recipe, createdAt, pid, owner = null }) =>
      void database
        .prepare(
          "INSERT INTO runs (id, name, recipe, status, created_at, pid, owner) VALUES (?, ?, ?, 'queued', ?, ?, ?)",
        )
        .run(id, name, JSON.stringify(recipe), createdAt, pid, owner),
    find: (id) => reader.one(database.prepare('SELECT * FROM runs WHERE id = ?').get(id)),
    list: (status) =>
      reader.all(
        database
          .prepare(
            'SELECT * FROM runs WHERE :status IS NULL OR status IN (SELECT value FROM json_each(:status)) ORDER BY created_at DESC, id DESC',
          )
          .all({ status: status ? JSON.stringify(status) : null }),
      ),
    update: (id, change) => {
      const entries = Object.entries(change).filter(([, value]) => value !== undefined)
      if (entries.length === 0) return
      const assignments = entries.map(([key]) => `${columns[key as keyof typeof columns]} = ?`).join(', ')
      database
        .prepare(`UPDATE runs SET ${assignments} WHERE id = ?`)
        .run(...entries.map(([, value]) => encode(value)), id)
    },
    active: () =>
      database
        .prepare(`SELECT id, name, status, owner FROM runs WHERE status IN (${active})`)
        .all()
        .map(({ id, name, status, owner }) => ({
          id: text(id),
          name: text(name),
          status: text(status) as RunStatus,
          owner: textOrNull(owner),
        })),
    claim: (id, { owner, pid }) =>
      database
        .prepare(
          `UPDATE runs SET status = 'queued', wish = 'run', error = NULL, finished_at = NULL, owner = ?, pid = ?
           WHERE id = ? AND status IN (${ended})`,
        )
        .run(owner, pid, id).changes === 1,
    abandon: ({ id, owner }, { status, error, finishedAt }) =>
      database
        .prepare(
          `UPDATE runs SET status = ?, error = ?, finished_at = ?, pid = NULL, progress = NULL
           WHERE id = ? AND owner IS ? AND status IN (${active})`,
        )
        .run(status, encode(error), finishedAt, id, owner).changes === 1,
    remove: (id) =>
      database.prepare(`DELETE FROM runs WHERE id = ? AND status NOT IN (${active})`).run(id).changes === 1,
    wish: (id) => text(database.prepare('SELECT wish FROM runs WHERE id = ?').get(id)?.wish ?? 'stop') as Wish,
    damaged: () => reader.damaged(database.prepare('SELECT * FROM runs').all()),
    mend: ({ id, recipe, status, results, error }) =>
      void database
        .prepare('UPDATE runs SET recipe = ?, status = ?, results = ?, error = ?, progress = NULL WHERE id = ?')
        .run(JSON.stringify(recipe), status, JSON.stringify(results), error && JSON.stringify(error), id),
  }
}
