import { collect } from '../../../shared/registry'
import type { Schedule } from './schedule'

export const schedules = collect<Schedule>('schedule', import.meta.glob('./*.ts', { eager: true }))
