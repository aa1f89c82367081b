import { collect } from '../../../shared/registry'
import type { PruneSchedule } from './schedule'

/** Every schedule by id. */
export const pruneSchedules = collect<PruneSchedule>('pruneSchedule', import.meta.glob('./*.ts', { eager: true }))
