import { z } from 'zod'
import { trainConfig } from '../train/config'

const {
  epochs,
  batchSize,
  learningRate,
  optimizer,
  optimizerParams,
  schedule,
  scheduleParams,
  warmupEpochs,
  weightDecay,
  labelSmoothing,
  emaDecay,
  earlyStoppingPatience,
  trainLimit,
  distill,
  distillWeight,
  distillTemperature,
  augment,
} = trainConfig.shape

/** How a network is trained for int8: fields of training with the defaults of a short fine-tuning, and what becomes of the quantization parameters. */
export const qatConfig = z.object({
  epochs: epochs.default(3),
  batchSize: batchSize.default(32),
  learningRate: learningRate.default(5e-5),
  optimizer: optimizer.default('adam'),
  optimizerParams,
  schedule: schedule.default('cosine'),
  scheduleParams,
  warmupEpochs,
  weightDecay: weightDecay.default(0),
  labelSmoothing: labelSmoothing.default(0),
  emaDecay,
  earlyStoppingPatience,
  trainLimit,
  distill,
  distillWeight,
  distillTemperature,
  augment,
  observerEpochs: z
    .number()
    .int()
    .min(0)
    .default(1)
    .meta({ unit: 'epochs' })
    .describe('Epochs after which ranges are observed again; then they are frozen'),
  learnScales: z.boolean().default(false).describe('Also train the quantization scales (LSQ, Esser et al., 2020)'),
})
