import { collect } from '../../shared/registry'
import type { Architecture } from './architecture'

/** The built-in architectures by id. */
export const architectures = collect<Architecture>('architecture', import.meta.glob('./*.ts', { eager: true }))
