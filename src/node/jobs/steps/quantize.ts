import { z } from 'zod'
import { ptqConfig } from '../../../core/quantize/config'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'

const params = ptqConfig.extend({
  from: z.string().min(1).describe('fp32 version to quantize'),
  dataset: z.string().min(1).describe('Data set of the calibration images'),
  mode: z.enum(['ptq']).default('ptq').describe('ptq: after training, without changing weights'),
  seed: z.number().int().min(0).default(0).describe('Start of the random choice of calibration images'),
  name: z.string().min(1).max(200).optional().describe('Name of the version'),
})

export type QuantizeParams = z.output<typeof params>

/** Makes an int8 version out of an fp32 one. */
export const quantizeStep = defineStep({
  id: 'quantize',
  label: 'Quantize',
  params,
  run: async (context: StepContext, options): Promise<StepOutput> => (await import('../models/quantizeVersion')).quantizeVersion(context, options),
})
