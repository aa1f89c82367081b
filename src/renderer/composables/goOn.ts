import { onBeforeUnmount } from 'vue'
import { useRouter } from 'vue-router'
import type { RouteLocationRaw } from 'vue-router'

/** Goes on to another screen when something is done, unless the person has left this one meanwhile. */
export function useGoOn(): (to: RouteLocationRaw) => Promise<void> {
  const router = useRouter()
  let isHere = true
  onBeforeUnmount(() => (isHere = false))
  return async (to) => {
    if (isHere) await router.push(to)
  }
}
