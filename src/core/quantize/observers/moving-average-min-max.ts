import { z } from 'zod'
import { defineObserver } from './observer'

/** torch.ao MovingAverageMinMaxObserver: the first batch's range, then range += constant · (batch range − range). */
export const movingAverageMinMaxObserver = defineObserver({
  id: 'moving-average-min-max',
  label: 'Moving average of min-max',
  help: 'Exponential moving average of batch ranges. Depends on the order and size of the batches.',
  reads: 'extrema',
  params: z.object({
    averagingConstant: z.number().min(0.01).max(1).default(0.01).describe('Weight of each new batch'),
  }),
  range: ({ batches }, { averagingConstant }) =>
    batches.slice(1).reduce(
      (average, batch) => ({
        min: average.min + averagingConstant * (batch.min - average.min),
        max: average.max + averagingConstant * (batch.max - average.max),
      }),
      { min: batches[0]!.min, max: batches[0]!.max },
    ),
})
