import { z } from 'zod'
import { checkPruneConfig } from '../../../../core/prune/checkConfig'
import { gradual, methodOf, pruneConfig, pruneMethods } from '../../../../core/prune/config'
import type { Importance } from '../../../../core/prune/importances/importance'
import { importances } from '../../../../core/prune/importances/index'
import { pruneSchedules } from '../../../../core/prune/schedules/index'
import type { PruneSchedule } from '../../../../core/prune/schedules/schedule'
import { checkOptimizer } from '../../../../core/train/checkConfig'
import { trainConfig } from '../../../../core/train/config'
import type { TrainConfig } from '../../../../core/train/config'
import { onlyWhen } from '../../../../shared/onlyWhen'
import { collectIssue } from '../../../../shared/parse'
import { checkBackend } from '../../../backends/checkBackend'
import { datasetName, extensionId, newVersionName, versionName } from '../../../../shared/fields'

const needsGradients = pruneMethods.filter((method) => importances.get(methodOf({ method }).importance).needsGradients)

const { batchSize, trainLimit, seed, ...tuning } = trainConfig.omit({
  schedule: true,
  scheduleParams: true,
  epochs: true,
}).shape

/** What a person may choose of a pruning and the fine-tuning that belongs to it. */
export const pruneParams = z.object({
  ...pruneConfig.shape,
  from: versionName().describe('fp32 version to prune'),
  dataset: datasetName().optional().describe('Dataset for fine-tuning, gradients and statistics'),
  name: newVersionName().optional().describe('Name of the new version'),
  epochs: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .describe('Total passes over the training split; 0 skips fine-tuning'),
  batchSize,
  seed,
  trainLimit,
  ...onlyWhen(
    { field: 'epochs', above: 0 },
    {
      ...tuning,
      ...onlyWhen(gradual, {
        stepEpochs: z
          .number()
          .int()
          .min(1)
          .max(10_000)
          .default(1)
          .meta({ unit: 'epochs' })
          .describe('Epochs after each step of a gradual schedule; the last step gets the rest'),
      }),
      learningRate: tuning.learningRate.unwrap().default(0.02).describe('Peak learning rate of the fine-tuning'),
      labelSmoothing: tuning.labelSmoothing
        .unwrap()
        .default(0)
        .describe('Label smoothing: share of the label spread over all classes'),
    },
  ),
  ...onlyWhen(
    { field: 'method', is: needsGradients },
    {
      gradientSamples: z
        .number()
        .int()
        .min(1)
        .max(1_000_000)
        .default(1024)
        .meta({ unit: 'images' })
        .describe('Training images for the gradients that taylor needs'),
    },
  ),
  ...onlyWhen(
    { field: 'epochs', is: [0] },
    {
      statisticsSamples: z
        .number()
        .int()
        .min(0)
        .max(1_000_000)
        .default(2048)
        .meta({ unit: 'images' })
        .describe('Training images to re-estimate batch normalization on if nothing is fine-tuned; 0 skips it'),
    },
  ),
  backend: extensionId('backends', ['auto'])
    .default('auto')
    .describe('Training backend; auto picks the fastest one available'),
})

type Fields = z.output<typeof pruneParams>

export interface PruneParams extends Fields {
  readonly importance: Importance
  readonly pruneSchedule: PruneSchedule
  /** Of the fine-tuning; epochs are chosen stage by stage. */
  readonly training: TrainConfig
}

/** Checks a pruning and looks up what it names. */
export function resolvePruning<F extends Fields>(fields: F, issues: z.RefinementCtx): F & PruneParams {
  const importance = importances.get(methodOf(fields).importance)
  collectIssue(issues, () => checkPruneConfig(fields))
  checkBackend(issues, fields)
  checkOptimizer(issues, fields)
  checkEpochs(issues, fields)
  const needing =
    fields.epochs > 0 ? 'fine-tuning' : importance.needsGradients ? `method '${fields.method}'` : undefined
  if (fields.dataset === undefined && needing !== undefined)
    refuse(issues, 'dataset', `${needing} needs training images: expected a dataset`)
  const { schedule: _pruneSchedule, epochs: _epochs, ...training } = fields
  return {
    ...fields,
    importance,
    pruneSchedule: pruneSchedules.get(fields.schedule),
    training: trainConfig.parse(training),
  }
}

const refuse = (issues: z.RefinementCtx, field: keyof Fields, message: string): void =>
  issues.addIssue({ code: 'custom', path: [field], message })

/** Cuts of a gradual pruning; an N:M pattern has no half way. */
export const stepsOf = ({ schedule, nm, steps }: Fields): number =>
  pruneSchedules.get(schedule).atOnce || nm !== undefined ? 1 : steps

/** Epochs after the last cut: what the ones between the cuts leave. */
export const lastEpochsOf = (fields: Fields): number => fields.epochs - (stepsOf(fields) - 1) * fields.stepEpochs

function checkEpochs(issues: z.RefinementCtx, fields: Fields): void {
  const { epochs, schedule, stepEpochs } = fields
  if (epochs === 0 || lastEpochsOf(fields) >= 1) return
  const [cuts, least] = [stepsOf(fields), (stepsOf(fields) - 1) * stepEpochs + 1]
  const message = `schedule '${schedule}': ${cuts} steps with ${stepEpochs} epochs between them need at least ${least} epochs: got ${epochs}`
  refuse(issues, 'epochs', message)
}

/** The same for a plan, which makes no version. */
export const planParams = pruneParams.extend({
  planSamples: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(256)
    .meta({ unit: 'images' })
    .describe('Validation images to try each group on'),
})

type PlanFields = z.output<typeof planParams>

export type PlanParams = PlanFields & PruneParams

/** Checks a plan as the pruning that it is of; it trains nothing. */
export const resolvePlan = (fields: PlanFields, issues: z.RefinementCtx): PlanParams =>
  resolvePruning({ ...fields, epochs: 0 }, issues)
