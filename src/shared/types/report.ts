import type { StoredBenchmark, StoredEvaluation } from './measurement'
import type { Metric } from './run'
import type { Version } from './version'

/** A version with its measurements, newest first, and the epochs of the training that made it. */
export interface ReportedVersion {
  readonly version: Version
  readonly evaluations: readonly StoredEvaluation[]
  readonly benchmarks: readonly StoredBenchmark[]
  readonly epochs: readonly Metric[]
}

/** Everything that a report shows; parents precede their children. */
export interface ReportData {
  readonly title: string
  readonly createdAt: string
  readonly programVersion: string
  readonly versions: readonly ReportedVersion[]
}
