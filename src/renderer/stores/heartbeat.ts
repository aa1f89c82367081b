import { ref } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import type { Client } from '../../shared/contract'

/** A sign of life is asked for so often, and missed after so long. */
const pingEveryMs = 1000
const silentAfterMs = 1500

/** Whether the engine owes an answer: a connection may stand while nobody answers any more. */
export function watchLife(client: ShallowRef<Client | undefined>): Ref<boolean> {
  const isSilent = ref(false)
  let isWaiting = false
  async function ping(): Promise<void> {
    const asked = client.value
    if (!asked || isWaiting) return
    isWaiting = true
    const late = setTimeout(() => (isSilent.value = client.value === asked), silentAfterMs)
    // A connection that closes is told by the connection itself.
    await asked.call('system.ping', {}).catch(() => undefined)
    clearTimeout(late)
    isWaiting = isSilent.value = false
  }
  setInterval(() => void ping(), pingEveryMs)
  return isSilent
}
