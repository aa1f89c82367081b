import type { Preprocessing } from '../../../core/data/preprocessing'
import type { Graph } from '../../../core/graph/graph'
import type { TensorData } from '../../../core/graph/tensorData'
import type { TrainConfig } from '../../../core/train/config'
import type { EpochMetrics, FitEvent } from '../../../core/train/events'
import type { Command } from '../../../core/train/fit'
import type { ErrorReport } from '../../../shared/errors'
import type { StoredDataset } from '../../datasets'

/** All that a training run is, as it crosses into the trainer's thread. */
export interface TrainingJob {
  readonly graph: Graph
  readonly preprocessing: Preprocessing
  readonly dataset: StoredDataset
  readonly config: TrainConfig
  /** Whose scores the network learns from, beside the labels. */
  readonly teacher?: { readonly graph: Graph; readonly preprocessing: Preprocessing } | undefined
  /** Backend id, or 'auto'. */
  readonly backend: string
  readonly checkpointFolder: string
}

export type ToTrainer = { readonly kind: 'command'; readonly command: Command | 'pause' }

/** What computed, for the version's record. */
export interface TrainerDevice {
  readonly backend: string
  readonly device: string
  readonly version: string
  readonly threads: number
}

export interface TrainingResult {
  /** The chosen weights, by initializer. */
  readonly weights: ReadonlyMap<string, TensorData>
  readonly history: readonly EpochMetrics[]
  readonly bestEpoch: number | undefined
  /** Stopped on request before the configured end. */
  readonly stopped: boolean
  readonly device: TrainerDevice
}

export type FromTrainer =
  | { readonly kind: 'started'; readonly device: TrainerDevice; readonly resumedAtStep: number }
  | { readonly kind: 'event'; readonly event: FitEvent }
  | { readonly kind: 'unreadable'; readonly path: string; readonly reason: string }
  | { readonly kind: 'finished'; readonly result: TrainingResult }
  | { readonly kind: 'failed'; readonly error: ErrorReport }
