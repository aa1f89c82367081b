import type { Progress, Recipe, Run, RunStatus, StepResult } from '../../../shared/types'
import type { DatabaseSync, Row } from './sqlite'
import { numberOrNull, text, textOrNull } from './sqlite'

/** What was asked of a run; whichever process works on it looks here. */
export type Wish = 'run' | 'pause' | 'stop' | 'stopAtEpochEnd'

export type RunChange = Partial<
  Pick<Run, 'status' | 'startedAt' | 'finishedAt' | 'results' | 'error' | 'progress' | 'pid'>
> & { readonly wish?: Wish }

export interface RunTable {
  insert(run: Pick<Run, 'id' | 'name' | 'recipe' | 'createdAt' | 'pid'>): void
  find(id: string): Run | undefined
  /** Newest first. */
  list(status?: readonly RunStatus[]): readonly Run[]
  update(id: string, change: RunChange): void
  wish(id: string): Wish
}

const resumable: readonly RunStatus[] = ['paused', 'stopped', 'failed', 'crashed']

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
    insert: ({ id, name, recipe, createdAt, pid }) =>
      void database
        .prepare("INSERT INTO runs (id, name, recipe, status, created_at, pid) VALUES (?, ?, ?, 'queued', ?, ?)")
        .run(id, name, JSON.stringify(recipe), createdAt, pid),
    find: (id) => {
      const row = database.prepare('SELECT * FROM runs WHERE id = ?').get(id)
      return row && read(row)
    },
    list: (status) =>
      database
        .prepare(
          'SELECT * FROM runs WHERE :status IS NULL OR status IN (SELECT value FROM json_each(:status)) ORDER BY created_at DESC, id DESC',
        )
        .all({ status: status ? JSON.stringify(status) : null })
        .map(read),
    update: (id, change) => {
      const entries = Object.entries(change).filter(([, value]) => value !== undefined)
      if (entries.length === 0) return
      const assignments = entries.map(([key]) => `${columns[key as keyof typeof columns]} = ?`).join(', ')
      database
        .prepare(`UPDATE runs SET ${assignments} WHERE id = ?`)
        .run(...entries.map(([, value]) => encode(value)), id)
    },
    wish: (id) => text(database.prepare('SELECT wish FROM runs WHERE id = ?').get(id)?.wish ?? 'stop') as Wish,
  }
}
