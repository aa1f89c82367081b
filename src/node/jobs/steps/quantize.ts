import { join } from 'node:path'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'
import { quantizeParams, resolveQuantization } from '../work/quantize/parameters'
import type { QuantizeParams } from '../work/quantize/parameters'

/** Makes an int8 version out of an fp32 one. */
export const quantizeStep = defineStep({
  id: 'quantize',
  label: 'Quantize',
  help: 'Makes an int8 version from an fp32 one',
  makes: 'version',
  idHint: 'int8',
  params: quantizeParams,
  usesBackend: ({ mode }) => mode === 'qat',
  resolve: resolveQuantization,
  run: async (context: StepContext, options: QuantizeParams): Promise<StepOutput> => {
    if (options.training === undefined)
      return (await import('../work/quantize/quantizeVersion')).quantizeVersion(context, options)
    const { qatVersion } = await import('../work/quantize/qatVersion')
    return qatVersion(context, options, options.training, join(context.folder, 'checkpoints'))
  },
})
