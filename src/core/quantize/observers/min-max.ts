import { z } from 'zod'
import { defineObserver } from './observer'

export const minMaxObserver = defineObserver({
  id: 'min-max',
  label: 'Min-max',
  help: 'Covers every value seen. Ranges of batches are merged. A single outlier widens the scale for all values.',
  reads: 'extrema',
  params: z.object({}),
  range: ({ min, max }) => ({ min, max }),
})
