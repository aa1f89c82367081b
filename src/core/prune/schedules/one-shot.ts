import { defineSchedule } from './schedule'

/** Everything at once. */
export const oneShotSchedule = defineSchedule({ id: 'one-shot', label: 'One-shot', atOnce: true, share: () => 1 })
