import { z } from 'zod'
import { defineObserver } from './observer'

export const minMaxObserver = defineObserver({
  id: 'min-max',
  label: 'Min-max',
  help: 'Covers every value seen. Batches combine by union; one outlier widens the scale for all.',
  reads: 'extrema',
  params: z.object({}),
  range: ({ min, max }) => ({ min, max }),
})
