import { defineSchedule } from './schedule'

/** The same share at every step. */
export const iterativeSchedule = defineSchedule({
  id: 'iterative',
  label: 'Equal steps',
  share: (step, steps) => step / steps,
})
