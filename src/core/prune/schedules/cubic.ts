import { defineSchedule } from './schedule'

/** Much at first, less and less towards the end: 1 − (1 − t)³ (Zhu and Gupta, 2018). */
export const cubicSchedule = defineSchedule({
  id: 'cubic',
  label: 'Cubic',
  share: (step, steps) => 1 - (1 - step / steps) ** 3,
})
