import { NNOptError } from '../../../shared/errors'
import { defineImportance } from './importance'

/** First-order estimate of what the loss would change without the channel: Σ (gradient · parameter)² (Molchanov et al., 2019, equation 8). */
export const taylorImportance = defineImportance({
  id: 'taylor',
  label: 'Taylor expansion',
  help: 'Squared product of gradient and weight, over training images',
  needsGradients: true,
  slices: ({ node, saliencies }) => {
    if (saliencies) return saliencies
    throw new NNOptError('internal', `importance 'taylor': expected gradients for node '${node.name}', got none`)
  },
})
