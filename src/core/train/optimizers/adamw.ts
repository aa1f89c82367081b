import { mul, sub } from '@tensorflow/tfjs-core'
import { adamStep } from './adamStep'
import { adamParams, defineOptimizer } from './optimizer'

/** Adam with decoupled decay (Loshchilov and Hutter, 2019; torch.optim.AdamW). */
export const adamw = defineOptimizer({
  id: 'adamw',
  label: 'AdamW',
  params: adamParams,
  slots: ['mean', 'square'],
  update: (params, input) => {
    const decayed = sub(input.parameters, mul(mul(input.parameters, input.decay), input.learningRate))
    return adamStep(params, { ...input, parameters: decayed }, input.gradients)
  },
})
