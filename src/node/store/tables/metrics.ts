import type { Metric, MetricBatch } from '../../../shared/types'
import { lastSequenceOf, metricBlocks } from './metricBlocks'
import type { MetricGroup, RunSeries, RunWindow } from './metricBlocks'
import { numbersIn } from './rows'
import type { DatabaseSync, Row } from './sqlite'
import { text, transaction } from './sqlite'

export type NewMetric = Omit<Metric, 'sequence'>

export interface MetricQuery {
  readonly since?: number
  readonly kind?: string | undefined
  /** About so many points of each kind are kept, the last one always. */
  readonly points?: number | undefined
  /** At most so many rows, the oldest first. */
  readonly limit?: number | undefined
}

export interface MetricTable {
  /** One transaction for all of them, which are of one run. */
  append(metrics: readonly NewMetric[]): MetricBatch
  list(runId: string, query: MetricQuery): readonly Metric[]
  /** Every kind of a run's metrics, thinned to a window so that no peak is lost; fast for a million rows too. */
  series(runId: string, window: RunWindow): RunSeries
}

function read(row: Row): Metric {
  return {
    sequence: Number(row.sequence),
    runId: text(row.run_id),
    stepIndex: Number(row.step_index),
    kind: text(row.kind),
    position: Number(row.position),
    at: text(row.at),
    values: numbersIn<Metric['values']>(text(row.values)),
  }
}

export function metricTable(database: DatabaseSync): MetricTable {
  const blocks = metricBlocks(database)
  return {
    append: (metrics) => {
      const insert = database.prepare(
        'INSERT INTO metrics (run_id, step_index, kind, position, at, "values") VALUES (?, ?, ?, ?, ?, ?)',
      )
      return transaction(database, () => {
        const [first] = metrics
        const after = first ? lastSequenceOf(database, first.runId) : 0
        const written = metrics.map((metric) => {
          const { lastInsertRowid } = insert.run(
            metric.runId,
            metric.stepIndex,
            metric.kind,
            metric.position,
            metric.at,
            JSON.stringify(metric.values),
          )
          return { ...metric, sequence: Number(lastInsertRowid) }
        })
        for (const { group, rows } of countByGroup(written)) blocks.written(group, rows)
        return { after, metrics: written }
      })
    },
    series: blocks.series,
    list: (runId, { since = 0, kind, points, limit }) =>
      database
        .prepare(listQuery)
        .all({ run: runId, since, kind: kind ?? null, points: points ?? null, limit: limit ?? -1 })
        .map(read),
  }
}

function countByGroup(metrics: readonly NewMetric[]): Iterable<{ readonly group: MetricGroup; rows: number }> {
  const groups = new Map<string, { readonly group: MetricGroup; rows: number }>()
  for (const { runId, kind, stepIndex } of metrics) {
    const key = `${runId} ${stepIndex} ${kind}`
    const known = groups.get(key)
    if (known) known.rows++
    else groups.set(key, { group: { runId, kind, stepIndex }, rows: 1 })
  }
  return groups.values()
}

/** Thinned per kind by row number, in the database: a long run has a million points. The last point of each kind is always there. */
const listQuery = `
  WITH chosen AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY sequence DESC) - 1 AS age, COUNT(*) OVER (PARTITION BY kind) AS total
    FROM metrics WHERE run_id = :run AND sequence > :since AND (:kind IS NULL OR kind = :kind)
  )
  SELECT * FROM chosen WHERE :points IS NULL OR age % MAX(1, (total + :points - 1) / :points) = 0 ORDER BY sequence LIMIT :limit`
