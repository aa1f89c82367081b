import { join } from 'node:path'
import { z } from 'zod'
import { ptqConfig } from '../../../core/quantize/config'
import { goalConfig } from '../../../core/quantize/goal'
import { onlyWhen } from '../../../shared/onlyWhen'
import { qatConfig } from '../../../core/quantize/qatConfig'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'

const params = ptqConfig.extend({
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

export type QuantizeParams = z.output<typeof params>

/** Makes an int8 version out of an fp32 one. */
export const quantizeStep = defineStep({
  id: 'quantize',
  label: 'Quantize',
  params,
  usesBackend: ({ mode }) => mode === 'qat',
  run: async (context: StepContext, options): Promise<StepOutput> => {
    if (options.mode === 'ptq') return (await import('../models/quantizeVersion')).quantizeVersion(context, options)
    return (await import('../models/qatVersion')).qatVersion(context, options, join(context.folder, 'checkpoints'))
  },
})
