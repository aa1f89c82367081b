import { ref, shallowRef } from 'vue'
import type { Ref, ShallowRef } from 'vue'

/** A value from the engine: its current value, whether it is loading, and its error. */
export interface Loadable<T> {
  readonly value: ShallowRef<T | undefined>
  readonly loading: Ref<boolean>
  readonly error: Ref<string | undefined>
  load(): Promise<void>
}

export function createLoadable<T>(fetch: () => Promise<T>): Loadable<T> {
  const value = shallowRef<T>()
  const loading = ref(false)
  const error = ref<string>()
  let latest = 0
  return {
    value,
    loading,
    error,
    load: async () => {
      const turn = ++latest
      loading.value = true
      try {
        const answer = await fetch()
        if (turn === latest) [value.value, error.value] = [answer, undefined]
      } catch (cause) {
        if (turn === latest) error.value = cause instanceof Error ? cause.message : String(cause)
      } finally {
        if (turn === latest) loading.value = false
      }
    },
  }
}
