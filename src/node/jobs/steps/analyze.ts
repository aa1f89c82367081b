import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'
import { analyzeParams } from '../work/quantize/analyzeParameters'

/** Says for every layer what quantization does to it, the worst first. */
export const analyzeStep = defineStep({
  id: 'analyze',
  label: 'Analyze',
  help: 'Compares every layer of an int8 version with the fp32 model, worst first',
  params: analyzeParams,
  run: async (context: StepContext, options): Promise<StepOutput> => ({
    output: { analysis: await (await import('../work/quantize/analyzeVersion')).analyzeVersion(context, options) },
  }),
})
