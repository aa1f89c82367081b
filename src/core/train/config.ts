import { z } from 'zod'
import { onlyWhen } from '../../shared/onlyWhen'
import { augmentStep } from '../data/augment'
import { halfTypes } from '../kernels/precision'
import { extensionId, extensionParams } from '../../shared/fields'
import type { FieldMeta } from '../../shared/fields'
import { orShort } from '../../shared/shortForm'
import { teacher } from '../../shared/types'

/** Stands for the version that a network was made from. */
const parent = 'parent'
const readTeacher = (text: string): unknown => (text === parent ? { parent: true } : { version: text })

/** How a network is trained. Everything a run needs to be repeated, but for the data and the start. */
export const trainConfig = z.object({
  epochs: z.number().int().min(1).max(10_000).default(30).describe('Passes over the training split'),
  batchSize: z.number().int().min(1).max(4096).default(128).describe('Images per step'),
  learningRate: z.number().positive().max(10).default(0.1).describe('Peak learning rate'),
  optimizer: extensionId('optimizers').default('sgd').describe('Optimizer'),
  optimizerParams: extensionParams('optimizer').describe('Settings of the optimizer'),
  schedule: extensionId('schedules').default('one-cycle').describe('Learning rate schedule'),
  scheduleParams: extensionParams('schedule').describe('Settings of the learning rate schedule'),
  warmupEpochs: z
    .number()
    .min(0)
    .max(100)
    .default(0)
    .meta({ unit: 'epochs' })
    .describe('Linear warm-up from zero before the schedule starts'),
  weightDecay: z
    .number()
    .min(0)
    .max(1)
    .default(5e-4)
    .describe('L2 coefficient on weights; not applied to batch norm and biases'),
  labelSmoothing: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.1)
    .describe('Label smoothing: share of the label spread over all classes'),
  emaDecay: z
    .number()
    .min(0)
    .max(0.99999)
    .default(0)
    .describe('Decay of the exponential moving average of the weights; 0 turns averaging off'),
  headEpochs: z
    .number()
    .int()
    .min(0)
    .default(0)
    .meta({ unit: 'epochs' })
    .describe('Initial epochs that train only the classifier'),
  earlyStoppingPatience: z
    .number()
    .int()
    .min(0)
    .default(0)
    .meta({ unit: 'epochs' })
    .describe('Stop after this many epochs without better validation accuracy; 0 turns early stopping off'),
  precision: z
    .enum(['auto', 'fp32', ...halfTypes])
    .default('auto')
    .describe(
      'Precision of training steps; weights, statistics, loss and optimizer stay in fp32. auto picks the fastest one that keeps the accuracy on this device',
    ),
  seed: z.number().int().min(0).default(0).describe('Seed of every random stream'),
  trainLimit: z.number().int().min(1).optional().describe('Train on a stratified sample of this many images'),
  distill: orShort(teacher, { pattern: /./, expected: 'expected a version', read: readTeacher })
    .optional()
    .meta({ names: 'version', orElse: [parent], aside: true, bare: parent } satisfies FieldMeta & { bare: string })
    .describe(
      "Also learn from the scores of a teacher: id or name of an fp32 version, or 'parent' for the version this one was made from",
    ),
  ...onlyWhen(
    { field: 'distill', isSet: true },
    {
      distillWeight: z
        .number()
        .min(0)
        .max(1)
        .default(0.5)
        .describe("Weight of the teacher's scores in the loss; the labels get the rest"),
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
    .describe('Augmentations, in order; null uses the defaults for the image size'),
})

export type TrainConfig = z.output<typeof trainConfig>
