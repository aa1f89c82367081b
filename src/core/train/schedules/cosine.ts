import { z } from 'zod'
import { cosineBetween, defineSchedule } from './schedule'

/** Cosine annealing without restarts (Loshchilov and Hutter, 2017). */
export const cosine = defineSchedule({
  id: 'cosine',
  label: 'Cosine',
  params: z.object({
    final: z.number().min(0).max(1).default(0).describe('Final learning rate, as a share of the peak'),
  }),
  factor: ({ final }, progress) => cosineBetween(1, final, progress),
})
