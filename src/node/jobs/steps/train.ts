import { join } from 'node:path'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'
import { resolveTraining, trainParams } from '../work/train/parameters'
import type { TrainParams } from '../work/train/parameters'

/** Trains a built-in architecture from the start, or goes on from a version; the best epoch by the validation split becomes a version. */
export const trainStep = defineStep({
  id: 'train',
  label: 'Train',
  help: 'Trains a built-in architecture from scratch, or fine-tunes a version',
  makes: 'version',
  params: trainParams,
  usesBackend: true,
  resolve: resolveTraining,
  run: async (context: StepContext, options: TrainParams): Promise<StepOutput> =>
    (await import('../work/train/trainVersion')).trainVersion(context, options, join(context.folder, 'checkpoints')),
})
