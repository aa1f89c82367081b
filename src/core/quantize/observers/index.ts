import { collect } from '../../../shared/registry'
import type { Observer } from './observer'

/** Every observer by id. */
export const observers = collect<Observer>('observer', import.meta.glob('./*.ts', { eager: true }))
