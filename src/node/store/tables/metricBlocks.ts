import { blocksInWindow, decimate, mergeBlocks, pointBlock } from '../../../core/measure/series'
import type { SeriesBlock, SeriesWindow } from '../../../core/measure/series'
import { numbersIn } from './rows'
import type { DatabaseSync, Row } from './sqlite'
import { text, transaction } from './sqlite'

/** Rows that are summed up in one block. */
const blockRows = 64
/** A window over more blocks than this is drawn from the blocks alone: a pixel shows a block or more. */
const mostBlocksInDetail = 400

/** The rows of one kind of one step of a run. */
export interface MetricGroup {
  readonly runId: string
  readonly kind: string
  readonly stepIndex: number
}

export interface MetricSeries extends Omit<MetricGroup, 'runId'> {
  /** Total number of rows. */
  readonly total: number
  readonly blocks: readonly SeriesBlock[]
}

interface StoredBlock extends SeriesBlock {
  readonly first: number
  readonly last: number
}

export interface MetricBlocks {
  /** Must run inside the transaction that wrote the rows. */
  written(group: MetricGroup, rows: number): void
  /** Each group of a run, thinned to a window. */
  series(runId: string, window: RunWindow): RunSeries
}

export interface RunWindow extends SeriesWindow {
  readonly kind?: string | undefined
  readonly stepIndex?: number | undefined
}

export interface RunSeries {
  /** The series contain the run's rows up to this one and no later ones; 0 if there are none. */
  readonly lastSequence: number
  readonly series: readonly MetricSeries[]
}

/** Sums rows up while they are written: a run of a million rows is drawn from some thousand blocks, and read in full only where few are in sight. */
export function metricBlocks(database: DatabaseSync): MetricBlocks {
  const pending = new Map<string, number>()
  return {
    written: (group, rows) => {
      const key = JSON.stringify([group.runId, group.kind, group.stepIndex])
      // What an earlier process left open is looked for once.
      const open = (pending.get(key) ?? blockRows) + rows
      pending.set(key, open < blockRows ? open : closeBlocks(database, group))
    },
    series: (runId, { kind, stepIndex, ...window }) => {
      const groups = groupsOf(database, runId)
      const last = lastOf(database, groups)
      const wanted = groups.filter(
        (group) =>
          (kind === undefined || group.kind === kind) && (stepIndex === undefined || group.stepIndex === stepIndex),
      )
      return { lastSequence: last, series: wanted.map((group) => seriesOf(database, group, window, last)) }
    },
  }
}

function groupsOf(database: DatabaseSync, runId: string): readonly MetricGroup[] {
  // Steps through the index instead of reading every row: kinds first, then the steps of each.
  const nextKind = database.prepare('SELECT MIN(kind) AS kind FROM metrics WHERE run_id = ? AND kind > ?')
  const nextStep = database.prepare(
    'SELECT MIN(step_index) AS step FROM metrics WHERE run_id = ? AND kind = ? AND step_index > ?',
  )
  const groups: MetricGroup[] = []
  for (
    let kind = nextKind.get(runId, '')?.kind;
    kind !== null && kind !== undefined;
    kind = nextKind.get(runId, kind)?.kind
  ) {
    for (
      let step = nextStep.get(runId, kind, -1)?.step;
      step !== null && step !== undefined;
      step = nextStep.get(runId, kind, step)?.step
    )
      groups.push({ runId, kind: text(kind), stepIndex: Number(step) })
  }
  return groups
}

/** The newest row of a run, 0 if it has none. */
export const lastSequenceOf = (database: DatabaseSync, runId: string): number =>
  lastOf(database, groupsOf(database, runId))

function lastOf(database: DatabaseSync, groups: readonly MetricGroup[]): number {
  const newest = database.prepare(
    'SELECT MAX(sequence) AS last FROM metrics WHERE run_id = ? AND kind = ? AND step_index = ?',
  )
  return Math.max(0, ...groups.map((group) => Number(newest.get(group.runId, group.kind, group.stepIndex)?.last ?? 0)))
}

const rowsQuery =
  'SELECT sequence, position, at, "values" FROM metrics WHERE run_id = ? AND kind = ? AND step_index = ? AND sequence > ? AND sequence <= ? ORDER BY sequence'

const rowsAfter = (
  database: DatabaseSync,
  { runId, kind, stepIndex }: MetricGroup,
  after: number,
  upTo = Number.MAX_SAFE_INTEGER,
): Iterable<Row> => database.prepare(rowsQuery).iterate(runId, kind, stepIndex, after, upTo)

const pointOf = ({ position, at, values }: Row): SeriesBlock =>
  pointBlock(Number(position), Date.parse(text(at)), numbersIn<Record<string, number>>(text(values)))

/** Makes a block of every 64 rows that have none; answers how many rows are left over. */
function closeBlocks(database: DatabaseSync, group: MetricGroup): number {
  const { runId, kind, stepIndex } = group
  const covered = Number(
    database
      .prepare('SELECT MAX(last) AS last FROM metric_blocks WHERE run_id = ? AND kind = ? AND step_index = ?')
      .get(runId, kind, stepIndex)?.last ?? 0,
  )
  const insert = database.prepare(
    'INSERT OR IGNORE INTO metric_blocks (run_id, kind, step_index, first, last, count, x0, x1, t0, t1, "values") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  let open: SeriesBlock[] = []
  let first = 0
  const closed: (readonly [number, number, SeriesBlock])[] = []
  for (const row of rowsAfter(database, group, covered)) {
    if (open.length === 0) first = Number(row.sequence)
    open.push(pointOf(row))
    if (open.length < blockRows) continue
    closed.push([first, Number(row.sequence), mergeBlocks(open)])
    open = []
  }
  for (const [from, to, { count, x0, x1, t0, t1, values }] of closed)
    insert.run(runId, kind, stepIndex, from, to, count, x0, x1, t0, t1, JSON.stringify(values))
  return open.length
}

/** Where the blocks up to a row lie, without their values. */
function extentsOf(database: DatabaseSync, group: MetricGroup, upTo: number): readonly StoredBlock[] {
  const { runId, kind, stepIndex } = group
  return database
    .prepare(
      'SELECT first, last, count, x0, x1, t0, t1 FROM metric_blocks WHERE run_id = ? AND kind = ? AND step_index = ? AND last <= ? ORDER BY first',
    )
    .all(runId, kind, stepIndex, upTo)
    .map((row) => ({
      first: Number(row.first),
      last: Number(row.last),
      count: Number(row.count),
      x0: Number(row.x0),
      x1: Number(row.x1),
      t0: Number(row.t0),
      t1: Number(row.t1),
      values: {},
    }))
}

function withValues(
  database: DatabaseSync,
  { runId, kind, stepIndex }: MetricGroup,
  blocks: readonly StoredBlock[],
): readonly SeriesBlock[] {
  const values = database
    .prepare(
      'SELECT "values" FROM metric_blocks WHERE run_id = ? AND kind = ? AND step_index = ? AND first BETWEEN ? AND ? ORDER BY first',
    )
    .all(runId, kind, stepIndex, blocks[0]!.first, blocks[blocks.length - 1]!.first)
  return blocks.map((block, index) => ({
    ...block,
    values: numbersIn<SeriesBlock['values']>(text(values[index]!.values)),
  }))
}

/** Rows after `upTo` are left out: the series of a run end at the same one, however many are written meanwhile. */
function seriesOf(database: DatabaseSync, group: MetricGroup, window: SeriesWindow, upTo: number): MetricSeries {
  const tailAfter = (last: number): readonly SeriesBlock[] => [...rowsAfter(database, group, last, upTo)].map(pointOf)
  let stored = extentsOf(database, group, upTo)
  let tail = tailAfter(stored.at(-1)?.last ?? 0)
  if (tail.length > 2 * blockRows) {
    // Written by a program that made no blocks.
    transaction(database, () => closeBlocks(database, group))
    stored = extentsOf(database, group, upTo)
    tail = tailAfter(stored.at(-1)?.last ?? 0)
  }
  const total = stored.reduce((sum, { count }) => sum + count, tail.length)
  const [first, end] = blocksInWindow(stored, window)
  const shown = stored.slice(first, end)
  const isDetail = shown.length <= mostBlocksInDetail
  const before =
    shown.length === 0
      ? []
      : isDetail
        ? [...rowsAfter(database, group, shown[0]!.first - 1, shown[shown.length - 1]!.last)].map(pointOf)
        : withValues(database, group, shown)
  return { kind: group.kind, stepIndex: group.stepIndex, total, blocks: decimate([...before, ...tail], window) }
}
