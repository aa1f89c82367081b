import { collect } from '../../../shared/registry'
import type { Step } from '../step'

/** Every kind of recipe step by id. */
export const steps = collect<Step>('step', import.meta.glob('./*.ts', { eager: true }))
