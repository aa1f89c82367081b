import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'
import { analyzeParams } from '../work/quantize/analyzeParameters'

/** Says for every layer what quantization does to it, the worst first. */
export const analyzeStep = defineStep({
  id: 'analyze',
  label: 'Analyze',
  params: analyzeParams,
  run: async (context: StepContext, options): Promise<StepOutput> => ({
    output: { analysis: await (await import('../work/quantize/analyzeVersion')).analyzeVersion(context, options) },
  }),
})
