import { z } from 'zod'
import { gradual, methodOf, pruneConfig, pruneMethods } from '../../../../core/prune/config'
import { importances } from '../../../../core/prune/importances/index'
import { trainConfig } from '../../../../core/train/config'
import { onlyWhen } from '../../../../shared/onlyWhen'

const needsGradients = pruneMethods.filter((method) => importances.get(methodOf({ method }).importance).needsGradients)

const { batchSize, trainLimit, seed, ...tuning } = trainConfig.omit({
  schedule: true,
  scheduleParams: true,
  epochs: true,
}).shape

/** What a person may choose of a pruning and the fine-tuning that belongs to it. */
export const pruneParams = z.object({
  ...pruneConfig.shape,
  from: z.string().min(1).describe('fp32 version to prune'),
  dataset: z.string().min(1).optional().describe('Dataset for fine-tuning, gradients and statistics'),
  name: z.string().min(1).max(200).optional().describe('Name of the new version'),
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
  backend: z.string().default('auto').describe('Training backend; auto picks the fastest one available'),
})

export type PruneParams = z.output<typeof pruneParams>

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

export type PlanParams = z.output<typeof planParams>
