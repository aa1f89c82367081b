import { z } from 'zod'
import { defineSchedule } from './schedule'

export const step = defineSchedule({
  id: 'step',
  label: 'Steps',
  params: z.object({
    milestones: z
      .array(z.number().min(0).max(1))
      .default([0.5, 0.75])
      .describe('Points in the run at which the learning rate drops, as shares'),
    gamma: z.number().positive().max(1).default(0.1).describe('Factor of each drop'),
  }),
  factor: ({ milestones, gamma }, progress) => gamma ** milestones.filter((milestone) => progress >= milestone).length,
})
