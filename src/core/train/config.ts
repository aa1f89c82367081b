import { z } from 'zod'
import { onlyWhen } from '../../shared/onlyWhen'
import { augmentStep } from '../data/augment'
import { halfTypes } from '../kernels/precision'

const params = z.record(z.string(), z.unknown()).default({})

/** How a network is trained. Everything a run needs to be repeated, but for the data and the start. */
export const trainConfig = z.object({
  epochs: z.number().int().min(1).max(10_000).default(30).describe('Passes over the training split'),
  batchSize: z.number().int().min(1).max(4096).default(128).describe('Images per step'),
  learningRate: z.number().positive().max(10).default(0.1).describe('Highest learning rate of the schedule'),
  optimizer: z.string().default('sgd').describe('Update rule'),
  optimizerParams: params,
  schedule: z.string().default('one-cycle').describe('Learning rate over the run'),
  scheduleParams: params,
  warmupEpochs: z
    .number()
    .min(0)
    .max(100)
    .default(0)
    .meta({ unit: 'epochs' })
    .describe('Linear rise from zero before the schedule'),
  weightDecay: z
    .number()
    .min(0)
    .max(1)
    .default(5e-4)
    .describe('L2 coefficient on weights; batch norm and biases have none'),
  labelSmoothing: z.number().min(0).max(0.9).default(0.1).describe('Share of the label spread over all classes'),
  emaDecay: z
    .number()
    .min(0)
    .max(0.99999)
    .default(0)
    .describe('Decay of the averaged weights that are kept; 0 turns averaging off'),
  headEpochs: z
    .number()
    .int()
    .min(0)
    .default(0)
    .meta({ unit: 'epochs' })
    .describe('Epochs at the start that train the classifier only'),
  earlyStoppingPatience: z
    .number()
    .int()
    .min(0)
    .default(0)
    .meta({ unit: 'epochs' })
    .describe('Stop after so many epochs without a better validation accuracy; 0 never stops'),
  precision: z
    .enum(['auto', 'fp32', ...halfTypes])
    .default('auto')
    .describe(
      'What steps compute in; weights, statistics, loss and optimizer stay fp32. auto takes the fastest at the same accuracy that the device has',
    ),
  seed: z.number().int().min(0).default(0).describe('Start of every random stream'),
  trainLimit: z.number().int().min(1).optional().describe('Use a stratified sample of so many training images'),
  distill: z
    .string()
    .min(1)
    .optional()
    .meta({ bare: 'parent' })
    .describe(
      "Learn from the scores of an fp32 version too: its id or name, or 'parent' for the one that this was made from",
    ),
  ...onlyWhen(
    { field: 'distill', isSet: true },
    {
      distillWeight: z
        .number()
        .min(0)
        .max(1)
        .default(0.5)
        .describe("Share of the teacher's scores in the loss; the rest is the labels'"),
      distillTemperature: z
        .number()
        .min(1)
        .max(100)
        .default(2)
        .describe('Softens both score distributions (Hinton et al., 2015)'),
    },
  ),
  augment: z
    .array(augmentStep)
    .nullable()
    .default(null)
    .describe('Augmentations, in order; null takes the usual ones for the image size'),
})

export type TrainConfig = z.output<typeof trainConfig>
