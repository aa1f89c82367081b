import { fieldChoice, isChoice } from '../../shared/choice'
import type { Issues } from '../../shared/parse'
import { transforms } from '../data/transforms/index'
import type { TrainConfig } from './config'
import { optimizers } from './optimizers/index'
import { schedules } from './schedules/index'

/** Checks the optimizer and the augmentations that a training names, and their parameters. */
export function checkOptimizer(
  issues: Issues,
  { optimizer, optimizerParams, augment }: Pick<TrainConfig, 'optimizer' | 'optimizerParams' | 'augment'>,
): void {
  isChoice(issues, optimizers, fieldChoice('optimizer', optimizer, optimizerParams))
  for (const [index, { id, params }] of (augment ?? []).entries()) {
    const place = ['augment', index]
    isChoice(issues, transforms, { id, params, idPath: [...place, 'id'], paramsPath: [...place, 'params'] })
  }
}

/** The same with the schedule of the learning rate. */
export function checkConfig(issues: Issues, config: TrainConfig): void {
  checkOptimizer(issues, config)
  isChoice(issues, schedules, fieldChoice('schedule', config.schedule, config.scheduleParams))
}
