import { onBeforeUnmount } from 'vue'
import { useRouter } from 'vue-router'
import type { RouteLocationRaw } from 'vue-router'

/** Navigates to another screen when work is done, unless the user has left this one. */
export function useGoOn(): (to: RouteLocationRaw) => Promise<void> {
  const router = useRouter()
  let isHere = true
  onBeforeUnmount(() => (isHere = false))
  return async (to) => {
    if (isHere) await router.push(to)
  }
}
