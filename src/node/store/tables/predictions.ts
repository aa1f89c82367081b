import type { DatabaseSync } from './sqlite'
import { text } from './sqlite'

/** What a version said to every image of an evaluation. */
export interface Predictions {
  readonly datasetHash: string
  /** Positions in the split. */
  readonly samples: Int32Array
  /** Positions in the evaluation's list of classes. */
  readonly labels: Int32Array
  readonly predicted: Int32Array
}

export interface PredictionTable {
  put(evaluationId: string, predictions: Predictions): void
  /** Undefined for evaluations of programs that did not keep them. */
  find(evaluationId: string): Predictions | undefined
}

const bytesOf = (numbers: Int32Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)

/** Copied, since a blob need not lie at a multiple of four bytes. */
const numbersOf = (blob: unknown): Int32Array => new Int32Array(Uint8Array.from(blob as Uint8Array).buffer)

export function predictionTable(database: DatabaseSync): PredictionTable {
  return {
    put: (evaluationId, { datasetHash, samples, labels, predicted }) =>
      void database
        .prepare(
          'INSERT OR REPLACE INTO predictions (evaluation_id, dataset_hash, samples, labels, predicted) VALUES (?, ?, ?, ?, ?)',
        )
        .run(evaluationId, datasetHash, bytesOf(samples), bytesOf(labels), bytesOf(predicted)),
    find: (evaluationId) => {
      const row = database.prepare('SELECT * FROM predictions WHERE evaluation_id = ?').get(evaluationId)
      return (
        row && {
          datasetHash: text(row.dataset_hash),
          samples: numbersOf(row.samples),
          labels: numbersOf(row.labels),
          predicted: numbersOf(row.predicted),
        }
      )
    },
  }
}
