import { z } from 'zod'
import { defineObserver } from './observer'
import { keptBatches } from './statistics'

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Mean over the images of their smallest and largest values, as NNCF's default for activations. */
export const meanMinMaxObserver = defineObserver({
  id: 'mean-min-max',
  label: 'Mean of min-max',
  help: `Averages the minimum and maximum of each image (the last ${keptBatches}). Clips outliers of individual images.`,
  reads: 'extrema',
  params: z.object({}),
  range: ({ batches }) => ({ min: mean(batches.map(({ min }) => min)), max: mean(batches.map(({ max }) => max)) }),
})
