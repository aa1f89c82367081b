import { collect } from '../../../shared/registry'
import type { Importance } from './importance'

/** Every importance by id. */
export const importances = collect<Importance>('importance', import.meta.glob('./*.ts', { eager: true }))
