import { z } from 'zod'
import { ptqConfig } from '../../../../core/quantize/config'
import { goalConfig } from '../../../../core/quantize/goal'
import { qatConfig } from '../../../../core/quantize/qatConfig'
import { onlyWhen } from '../../../../shared/onlyWhen'

/** What a person may choose of a quantization. */
export const quantizeParams = ptqConfig.extend({
  ...goalConfig.shape,
  from: z.string().min(1).describe('fp32 version to quantize'),
  dataset: z.string().min(1).describe('Data set of the calibration images'),
  mode: z
    .enum(['ptq', 'qat'])
    .default('ptq')
    .describe('ptq: after training, without changing weights; qat: trains on from there with simulated rounding'),
  validationSamples: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .meta({ unit: 'images' })
    .describe(
      'Images of the validation split that the result, and each rung, is measured on; 500 when left out, 1,000 with the ladder, all of them with a goal.',
    ),
  seed: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Start of every random stream, such as the choice of calibration images'),
  name: z.string().min(1).max(200).optional().describe('Name of the version'),
  ...onlyWhen(
    { field: 'mode', is: ['qat'] },
    {
      ...qatConfig.shape,
      backend: z.string().default('auto').describe('What trains; auto takes the fastest that is there'),
    },
  ),
})

export type QuantizeParams = z.output<typeof quantizeParams>
