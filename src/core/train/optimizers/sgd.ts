import { add, mul, sub } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { runUpdate } from './native'
import { defineOptimizer } from './optimizer'

/** Stochastic gradient descent with momentum and L2 decay (torch.optim.SGD). */
export const sgd = defineOptimizer({
  id: 'sgd',
  label: 'SGD with momentum',
  params: z.object({
    momentum: z.number().min(0).max(0.999).default(0.9).describe('Momentum: share of the last update to keep'),
    nesterov: z.boolean().default(true).describe('Use Nesterov momentum (Nesterov, 1983)'),
  }),
  slots: ['velocity'],
  update: ({ momentum, nesterov }, input) => {
    const { parameters, gradients, slots, learningRate, decay } = input
    const fused = runUpdate('sgd', input, ['velocity'], [learningRate, momentum, Number(nesterov)])
    if (fused) return fused
    const gradient = add(gradients, mul(parameters, decay))
    const velocity = add(mul(slots[0]!, momentum), gradient)
    const direction = nesterov ? add(gradient, mul(velocity, momentum)) : velocity
    return { parameters: sub(parameters, mul(direction, learningRate)), slots: [velocity] }
  },
})
