import type { Preprocessing } from '../../../core/data/preprocessing'
import type { Graph } from '../../../core/graph/graph'
import type { PtqConfig } from '../../../core/quantize/config'
import type { Saliencies } from '../../../core/prune/scores'
import type { TrainConfig } from '../../../core/train/config'
import type { EpochMetrics, FitEvent } from '../../../core/train/events'
import type { Precision } from '../../../core/kernels/precision'
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
  /** For a graph with quantization parameters. */
  readonly quantization?: QuantizationJob | undefined
  /** Only looks at gradients, for pruning: nothing is trained. */
  readonly gradientsOnly?: boolean
  /** Backend id, or 'auto'. */
  readonly backend: string
  readonly checkpointFolder: string
  /** For messages about its disk. */
  readonly workspace: string
}

/** How quantization parameters follow the weights while they train. */
export interface QuantizationJob {
  readonly config: PtqConfig
  /** Ranges are observed again at the end of so many epochs. */
  readonly observerEpochs: number
  readonly learnScales: boolean
  /** Positions in the training split of the calibration images. */
  readonly samples: Int32Array
  /** What makes another run of it: checkpoints of other settings are not continued. */
  readonly settings: Readonly<Record<string, unknown>>
}

export type ToTrainer = { readonly kind: 'command'; readonly command: Command | 'pause' }

/** What computed, for the version's record. */
export interface TrainerDevice {
  readonly backend: string
  readonly device: string
  readonly version: string
  readonly threads: number
  /** What steps compute in, and why. */
  readonly precision: Precision
  readonly precisionReason: string
}

export interface TrainingResult {
  /** With the chosen weights and quantization parameters. */
  readonly graph: Graph
  readonly history: readonly EpochMetrics[]
  /** Of a job that only looks at gradients: (gradient · parameter)² by element. */
  readonly saliencies?: Saliencies
  /** −1 for the start. */
  readonly bestEpoch: number | undefined
  /** Its accuracy on the validation split. */
  readonly bestScore: number | undefined
  /** Stopped on request before the configured end. */
  readonly stopped: boolean
  /** Why it ended early, with the best checkpoint. */
  readonly diverged: string | undefined
  readonly device: TrainerDevice
}

export type FromTrainer =
  | { readonly kind: 'started'; readonly device: TrainerDevice; readonly resumedAtStep: number }
  | { readonly kind: 'event'; readonly event: FitEvent }
  | { readonly kind: 'unreadable'; readonly path: string; readonly reason: string }
  /** A checkpoint that is passed over for the one before. */
  | { readonly kind: 'damaged'; readonly message: string }
  /** The batch did not fit into the device's memory and is run in so many parts. */
  | { readonly kind: 'split'; readonly parts: number; readonly reason: string }
  | { readonly kind: 'finished'; readonly result: TrainingResult }
  | { readonly kind: 'failed'; readonly error: ErrorReport }
