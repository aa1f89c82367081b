import type { ClassificationScore } from './classification'
import type { ParameterStatistics } from './parameterStatistics'

/** A sample that could not be read, and why. */
export interface SkippedSample {
  readonly path: string
  readonly reason: string
}

export interface EvaluationDevice {
  readonly cpu: string
  /** Name and version of what ran the model. */
  readonly runtime: string
  readonly threads: number
}

/** What `evaluate` reports. Times are those of the runtime's own call alone, after `warmupBatches` runs that are not counted; decoding is not in them. */
export interface Evaluation extends ClassificationScore, ParameterStatistics {
  readonly version: string
  readonly dataset: string
  readonly split: string
  readonly samplesPerSecond: number
  readonly avgTimePerBatchMs: number
  readonly avgTimePerSampleMs: number
  readonly batchSize: number
  readonly threads: number
  readonly warmupBatches: number
  readonly device: EvaluationDevice
  readonly skipped: readonly SkippedSample[]
  readonly warnings: readonly string[]
  readonly fileSizeBytes: number
}
