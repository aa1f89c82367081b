import type { TrainConfig } from './config'
import { schedules } from './schedules/index'

/** The learning rate of a step: linear warm-up times the schedule. `step` counts from 0. */
export function learningRateAt(config: TrainConfig, step: number, stepsPerEpoch: number): number {
  const total = config.epochs * stepsPerEpoch
  const warmup = config.warmupEpochs * stepsPerEpoch
  const rise = step < warmup ? (step + 1) / warmup : 1
  return config.learningRate * rise * schedules.get(config.schedule).factor(config.scheduleParams, step / total)
}
