import { shallowRef } from 'vue'
import type { Draft } from './draft'

/** The recipe being edited; it survives a visit to another screen. */
export const keptDraft = shallowRef<Draft>()
