import { shallowRef } from 'vue'
import type { Draft } from './draft'

/** What was written and not yet started: it is still there after a look at another screen. */
export const keptDraft = shallowRef<Draft>()
