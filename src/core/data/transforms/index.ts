import { collect } from '../../../shared/registry'
import type { Transform } from './transform'

/** Every step that can be applied to a training picture. */
export const transforms = collect<Transform>('transform', import.meta.glob('./*.ts', { eager: true }))
