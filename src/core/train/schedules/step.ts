import { z } from 'zod'
import { defineSchedule } from './schedule'

export const step = defineSchedule({
  id: 'step',
  label: 'Steps',
  params: z.object({
    milestones: z
      .array(z.number().min(0).max(1))
      .default([0.5, 0.75])
      .describe('Shares of the run after which the rate drops'),
    gamma: z.number().positive().max(1).default(0.1).describe('Factor of each drop'),
  }),
  factor: ({ milestones, gamma }, progress) => gamma ** milestones.filter((milestone) => progress >= milestone).length,
})
