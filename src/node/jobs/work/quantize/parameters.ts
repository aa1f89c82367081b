import { z } from 'zod'
import { ptqConfig } from '../../../../core/quantize/config'
import { goalConfig } from '../../../../core/quantize/goal'
import { qatConfig } from '../../../../core/quantize/qatConfig'
import { onlyWhen } from '../../../../shared/onlyWhen'

/** What a person may choose of a quantization. */
export const quantizeParams = ptqConfig.extend({
  ...goalConfig.shape,
  from: z.string().min(1).describe('fp32 version to quantize'),
  dataset: z.string().min(1).describe('Dataset with the calibration images'),
  mode: z
    .enum(['ptq', 'qat'])
    .default('ptq')
    .describe('ptq: quantize after training, without changing weights; qat: then train with simulated rounding'),
  validationSamples: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .meta({ unit: 'images' })
    .describe(
      'Validation images to measure the result and each rung on (default: 500, 1,000 with the ladder, all with a goal)',
    ),
  seed: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Seed of every random stream, such as the choice of calibration images'),
  name: z.string().min(1).max(200).optional().describe('Name of the new version'),
  ...onlyWhen(
    { field: 'mode', is: ['qat'] },
    {
      ...qatConfig.shape,
      backend: z.string().default('auto').describe('Training backend; auto picks the fastest one available'),
    },
  ),
})

export type QuantizeParams = z.output<typeof quantizeParams>
