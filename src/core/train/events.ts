/** Metrics of one epoch; fractions are 0..1. */
export interface EpochMetrics {
  readonly epoch: number
  readonly trainLoss: number
  readonly trainAccuracy: number
  readonly valLoss?: number
  readonly valAccuracy?: number
  readonly learningRate: number
  readonly samplesPerSecond: number
  /** Share of the time in which the trainer waited for data. */
  readonly waitedShare: number
  readonly seconds: number
}

export interface StepProgress {
  /** From 0. */
  readonly epoch: number
  readonly epochs: number
  /** Steps done in all, and to be done. */
  readonly step: number
  readonly steps: number
  /** Means over the steps since the last event. */
  readonly trainLoss: number
  readonly trainAccuracy: number
  readonly learningRate: number
  readonly samplesPerSecond: number
  readonly etaSeconds: number
  /** In float16: the factor of the loss, and steps since the last event that were skipped because a gradient was not finite under it. */
  readonly lossScale?: number
  readonly skippedSteps?: number
}

/** What the start scored, where it counts as a checkpoint. */
export interface StartMetrics {
  readonly valAccuracy: number
}

export type FitEvent =
  | ({ readonly kind: 'start' } & StartMetrics)
  | ({ readonly kind: 'step' } & StepProgress)
  | ({ readonly kind: 'epoch' } & EpochMetrics)
