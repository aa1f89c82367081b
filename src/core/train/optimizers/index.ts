import { collect } from '../../../shared/registry'
import type { Optimizer } from './optimizer'

export const optimizers = collect<Optimizer>('optimizer', import.meta.glob('./*.ts', { eager: true }))
