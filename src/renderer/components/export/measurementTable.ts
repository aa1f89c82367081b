import type { ChartTable } from '../../charts/table'
import type { StoredBenchmark, StoredEvaluation } from '../../../shared/types'

const columns = [
  'kind',
  'measured',
  'dataset',
  'split',
  'images',
  'accuracy',
  'accuracyLow',
  'accuracyHigh',
  'meanLoss',
  'batchSize',
  'threads',
  'latencyP50Ms',
  'latencyP90Ms',
  'latencyP99Ms',
  'imagesPerSecond',
  'cpu',
  'runtime',
]

/** Every measurement of a version as one table. */
export const measurementTable = (
  evaluations: readonly StoredEvaluation[],
  benchmarks: readonly StoredBenchmark[],
): ChartTable => ({
  columns: columns.map((label) => ({ label })),
  rows: [
    ...evaluations.map(({ createdAt, evaluation: e }) => [
      'evaluation',
      createdAt,
      e.dataset,
      e.split,
      e.samples,
      e.accuracy,
      ...e.accuracyInterval,
      e.avgLoss,
      e.batchSize,
      e.threads,
      null,
      null,
      null,
      e.samplesPerSecond,
      e.device.cpu,
      e.device.runtime,
    ]),
    ...benchmarks.map(({ createdAt, benchmark: b }) => [
      'benchmark',
      createdAt,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      b.batchSize,
      b.threads,
      b.latencyMs.p50,
      b.latencyMs.p90,
      b.latencyMs.p99,
      b.samplesPerSecond,
      b.device.cpu,
      b.device.runtime,
    ]),
  ],
})
