import { z } from 'zod'
import { defineSchedule } from './schedule'

export const constant = defineSchedule({ id: 'constant', label: 'Constant', params: z.object({}), factor: () => 1 })
