import { ref } from 'vue'
import type { Draft } from './draft'

const key = 'nnopt.presets'

function stored(): readonly Draft[] {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return Array.isArray(known) ? (known as readonly Draft[]) : []
  } catch {
    return []
  }
}

/** Presets that the user saved on this computer; saving under an existing name replaces the preset. */
export function useOwnPresets() {
  const own = ref<readonly Draft[]>(stored())
  const keep = (next: readonly Draft[]): void => {
    own.value = next
    localStorage.setItem(key, JSON.stringify(next))
  }
  return {
    own,
    add: (draft: Draft) => keep([...own.value.filter(({ name }) => name !== draft.name), draft]),
    remove: (name: string) => keep(own.value.filter((each) => each.name !== name)),
  }
}
