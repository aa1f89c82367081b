import { join } from 'node:path'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'
import { quantizeParams } from '../work/quantize/parameters'

/** Makes an int8 version out of an fp32 one. */
export const quantizeStep = defineStep({
  id: 'quantize',
  label: 'Quantize',
  params: quantizeParams,
  usesBackend: ({ mode }) => mode === 'qat',
  run: async (context: StepContext, options): Promise<StepOutput> => {
    if (options.mode === 'ptq')
      return (await import('../work/quantize/quantizeVersion')).quantizeVersion(context, options)
    return (await import('../work/quantize/qatVersion')).qatVersion(
      context,
      options,
      join(context.folder, 'checkpoints'),
    )
  },
})
