import { imagesKey } from '../../../shared/comparability'
import type { Benchmark, Evaluation, EvaluationSummary, StoredBenchmark, StoredEvaluation } from '../../../shared/types'
import type { DatabaseSync, Row } from './sqlite'
import { predictionTable } from './predictions'
import type { Predictions } from './predictions'
import { numberOrNull, text, textOrNull, transaction } from './sqlite'

/** Newest first. */
export interface MeasurementTable {
  /** With what was said to every image, where it is kept: both, or nothing. */
  addEvaluation(stored: StoredEvaluation, predictions?: Predictions): void
  evaluations(versionId: string): readonly StoredEvaluation[]
  addBenchmark(stored: StoredBenchmark): void
  /** Newest first; those in a version's own configuration, which are not comparable with those of others, behind all that are. */
  benchmarks(versionId: string): readonly StoredBenchmark[]
  /** The newest of every version on each selection of images, by the version's id, without its matrix. */
  newestEvaluations(): ReadonlyMap<string, readonly EvaluationSummary[]>
  /** The newest of every version in each session under all conditions, by the version's id, without the single runs. */
  newestBenchmarks(): ReadonlyMap<string, readonly Benchmark[]>
  /** How many rows cannot be read. */
  damaged(): number
}

const conditions = ['batchSize', 'threads', 'device.cpu', 'device.runtime']
  .map((key) => `json_extract(benchmark, '$.${key}')`)
  .join(', ')
const selection = ['dataset', 'split', 'samples'].map((key) => `json_extract(evaluation, '$.${key}')`).join(', ')
const notTuned = "COALESCE(json_extract(benchmark, '$.layout.tuned'), 0) = 0"

/** One damaged row hides one measurement; doctor counts them. */
const isSound = { evaluations: 'json_valid(evaluation)', benchmarks: 'json_valid(benchmark)' } as const

const comparableFirst = (all: readonly StoredBenchmark[]): readonly StoredBenchmark[] => {
  const isTuned = ({ benchmark }: StoredBenchmark): boolean => benchmark.layout?.tuned ?? false
  return [...all.filter((each) => !isTuned(each)), ...all.filter(isTuned)]
}

/** A benchmark step records all its versions at one moment. */
const sessionOf = (row: Row): string => `${text(row.created_at)} ${textOrNull(row.run_id) ?? ''}`

const benchmarkIn = (row: Row, json: string): Benchmark => ({
  ...(JSON.parse(json) as Benchmark),
  session: sessionOf(row),
})

function summaryIn(row: Row): EvaluationSummary {
  const summary = JSON.parse(text(row.value)) as Omit<EvaluationSummary, 'images'>
  const selected = { limit: numberOrNull(row.sample_limit), seed: Number(row.seed) }
  return { ...summary, images: imagesKey({ ...summary, ...selected }) }
}

/** Rows as values, by the id of their version, in the order of the rows. */
function byVersion<T>(rows: readonly Row[], valueOf: (row: Row) => T): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>()
  for (const row of rows) {
    const values = found.get(text(row.version_id)) ?? []
    values.push(valueOf(row))
    found.set(text(row.version_id), values)
  }
  return found
}

const common = (row: Row): Pick<StoredBenchmark, 'id' | 'versionId' | 'runId' | 'createdAt'> => ({
  id: text(row.id),
  versionId: text(row.version_id),
  runId: textOrNull(row.run_id),
  createdAt: text(row.created_at),
})

export function measurementTable(database: DatabaseSync): MeasurementTable {
  const rows = (table: keyof typeof isSound, versionId: string): Row[] =>
    database
      .prepare(`SELECT * FROM ${table} WHERE version_id = ? AND ${isSound[table]} ORDER BY created_at DESC, id DESC`)
      .all(versionId)
  const newestEvaluations = (): Row[] =>
    database
      .prepare(
        `WITH sound AS MATERIALIZED (SELECT * FROM evaluations WHERE json_valid(evaluation))
         SELECT version_id, sample_limit, seed, json_remove(evaluation, '$.confusionMatrix', '$.perClass', '$.skipped') AS value, MAX(created_at) AS newest FROM sound GROUP BY version_id, sample_limit, seed, ${selection} ORDER BY newest DESC`,
      )
      .all()
  const newestBenchmarks = (): Row[] =>
    database
      .prepare(
        `WITH sound AS MATERIALIZED (SELECT * FROM benchmarks WHERE json_valid(benchmark))
         SELECT version_id, run_id, created_at, json_remove(benchmark, '$.roundsMs') AS value FROM sound WHERE ${notTuned} GROUP BY version_id, run_id, created_at, ${conditions} ORDER BY created_at DESC`,
      )
      .all()
  return {
    addEvaluation: ({ id, versionId, runId, createdAt, limit, seed, evaluation }, predictions) =>
      transaction(database, () => {
        database
          .prepare(
            'INSERT INTO evaluations (id, version_id, run_id, created_at, sample_limit, seed, evaluation) VALUES (?, ?, ?, ?, ?, ?, ?)',
          )
          .run(id, versionId, runId, createdAt, limit, seed, JSON.stringify(evaluation))
        if (predictions) predictionTable(database).put(id, predictions)
      }),
    evaluations: (versionId) =>
      rows('evaluations', versionId).map((row) => ({
        ...common(row),
        limit: numberOrNull(row.sample_limit),
        seed: Number(row.seed),
        evaluation: JSON.parse(text(row.evaluation)) as Evaluation,
      })),
    addBenchmark: ({ id, versionId, runId, createdAt, benchmark }) =>
      void database
        .prepare('INSERT INTO benchmarks (id, version_id, run_id, created_at, benchmark) VALUES (?, ?, ?, ?, ?)')
        .run(id, versionId, runId, createdAt, JSON.stringify(benchmark)),
    benchmarks: (versionId) =>
      comparableFirst(
        rows('benchmarks', versionId).map((row) => ({
          ...common(row),
          benchmark: benchmarkIn(row, text(row.benchmark)),
        })),
      ),
    newestEvaluations: () => byVersion(newestEvaluations(), summaryIn),
    newestBenchmarks: () => byVersion(newestBenchmarks(), (row) => benchmarkIn(row, text(row.value))),
    damaged: () =>
      Object.entries(isSound).reduce(
        (sum, [table, sound]) =>
          sum + Number(database.prepare(`SELECT COUNT(*) AS count FROM ${table} WHERE NOT ${sound}`).get()?.count),
        0,
      ),
  }
}
