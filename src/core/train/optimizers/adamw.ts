import { adamStep } from './adamStep'
import { adamParams, defineOptimizer } from './optimizer'

/** Adam with decoupled decay (Loshchilov and Hutter, 2019; torch.optim.AdamW). */
export const adamw = defineOptimizer({
  id: 'adamw',
  label: 'AdamW',
  params: adamParams,
  slots: ['mean', 'square'],
  update: (params, input) => adamStep(params, input, 'decoupled'),
})
