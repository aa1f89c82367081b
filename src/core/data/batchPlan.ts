import type { Split } from '../../shared/types/dataset'
import type { AugmentStep } from './augment'
import type { Size } from './image'
import type { Preprocessing } from './preprocessing'
import { createRandom, shuffled } from './random'

/** Augmented 8-bit NHWC pictures of one size; every picture's randomness follows from (seed, epoch, sample, step). */
export interface TrainMode {
  readonly kind: 'train'
  readonly augment: readonly AugmentStep[]
  readonly size: Size
  readonly seed: number
}

/** Normalised float32 NCHW pictures, the same every time. */
export interface EvalMode {
  readonly kind: 'eval'
  readonly preprocessing: Preprocessing
}

export type BatchMode = TrainMode | EvalMode

export interface BatchRequest<M extends BatchMode = BatchMode> {
  readonly split: Split
  /** Indices in the split. */
  readonly indices: Int32Array
  readonly epoch: number
  readonly mode: M
}

export interface EpochPlan<M extends BatchMode = BatchMode> {
  readonly split: Split
  /** The samples of the epoch: a number counts from the first. */
  readonly samples: number | Int32Array
  readonly batchSize: number
  readonly epoch?: number
  /** Present: the order is shuffled by (seed, epoch). */
  readonly shuffleSeed?: number
  /** Leaves out a last batch that is not full. */
  readonly dropLast?: boolean
  readonly mode: M
}

/** The batches of one epoch, in order. */
export function planEpoch<M extends BatchMode>(plan: EpochPlan<M>): readonly BatchRequest<M>[] {
  const epoch = plan.epoch ?? 0
  const samples =
    typeof plan.samples === 'number' ? Int32Array.from({ length: plan.samples }, (_, index) => index) : plan.samples
  const order =
    plan.shuffleSeed === undefined
      ? samples
      : shuffled(samples.length, createRandom(plan.shuffleSeed, epoch)).map((index) => samples[index]!)
  const batches = plan.dropLast ? Math.floor(order.length / plan.batchSize) : Math.ceil(order.length / plan.batchSize)
  return Array.from({ length: batches }, (_, batch) => ({
    split: plan.split,
    indices: order.slice(batch * plan.batchSize, (batch + 1) * plan.batchSize),
    epoch,
    mode: plan.mode,
  }))
}
