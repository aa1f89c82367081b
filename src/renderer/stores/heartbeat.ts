import { ref } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import type { Client } from '../../shared/contract'

/** Interval and timeout of the heartbeat. */
const pingEveryMs = 1000
const silentAfterMs = 1500

/** Whether the engine owes a response: a connection may stay open although nobody answers. */
export function watchLife(client: ShallowRef<Client | undefined>): Ref<boolean> {
  const isSilent = ref(false)
  let isWaiting = false
  async function ping(): Promise<void> {
    const asked = client.value
    if (!asked || isWaiting) return
    isWaiting = true
    const late = setTimeout(() => (isSilent.value = client.value === asked), silentAfterMs)
    // A closed connection is reported by the connection itself.
    await asked.call('system.ping', {}).catch(() => undefined)
    clearTimeout(late)
    isWaiting = isSilent.value = false
  }
  setInterval(() => void ping(), pingEveryMs)
  return isSilent
}
