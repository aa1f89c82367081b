import { z } from 'zod'
import { cosineBetween, defineSchedule } from './schedule'

/** One-cycle policy (Smith and Topin, 2019): up to the peak, then down to almost nothing, both as cosines (torch OneCycleLR). */
export const oneCycle = defineSchedule({
  id: 'one-cycle',
  label: 'One cycle',
  params: z.object({
    rise: z.number().min(0).max(0.9).default(0.3).describe('Share of the run before the peak'),
    initial: z.number().positive().max(1).default(0.04).describe('Initial learning rate, as a share of the peak'),
    final: z.number().min(0).max(1).default(0.0004).describe('Final learning rate, as a share of the peak'),
  }),
  factor: ({ rise, initial, final }, progress) =>
    progress < rise
      ? cosineBetween(initial, 1, progress / rise)
      : cosineBetween(1, final, (progress - rise) / (1 - rise)),
})
