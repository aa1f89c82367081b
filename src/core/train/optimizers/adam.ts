import { adamStep } from './adamStep'
import { adamParams, defineOptimizer } from './optimizer'

/** Adam with L2 decay added to the gradient (torch.optim.Adam). */
export const adam = defineOptimizer({
  id: 'adam',
  label: 'Adam',
  params: adamParams,
  slots: ['mean', 'square'],
  update: (params, input) => adamStep(params, input, 'coupled'),
})
