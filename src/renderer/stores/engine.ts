import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { Client, ParamsOf, ProcedureName, ResultOf } from '../../shared/contract'
import { NNOptError } from '../../shared/errors'
import { createClient } from '../../shared/rpc'
import type { EventPosition, HostEvent } from '../../shared/types'
import { openPort } from '../transport/port'

export type ConnectionState = 'connecting' | 'open' | 'lost' | 'denied'

/** Seconds to wait before each next try. */
const retrySeconds = [1, 2, 4, 8] as const

type Listener = (event: HostEvent) => void

/** The connection to the engine: calls, events in order, and reconnection that asks for what was missed. */
export const useEngine = defineStore('engine', () => {
  const state = ref<ConnectionState>('connecting')
  const retryIn = ref(0)
  const client = shallowRef<Client>()
  const listeners = new Set<Listener>()
  let position: EventPosition | undefined
  let attempt = 0

  function emit(event: HostEvent): void {
    for (const listener of listeners) listener(event)
  }

  async function connect(): Promise<void> {
    try {
      const port = await openPort()
      port.onClose(retry)
      client.value = createClient(port)
      state.value = 'open'
      attempt = 0
      subscribe(client.value)
    } catch (error) {
      if (error instanceof NNOptError && error.message === 'denied') state.value = 'denied'
      else retry()
    }
  }

  function subscribe(to: Client): void {
    const since = position
    if (since === undefined) emit({ kind: 'reset' })
    to.call('events.subscribe', { since }, {
      onEvent: (sequenced) => {
        position = sequenced.position
        emit(sequenced.event)
      },
    }).catch(() => undefined)
  }

  function retry(): void {
    state.value = 'lost'
    client.value = undefined
    retryIn.value = retrySeconds[Math.min(attempt++, retrySeconds.length - 1)]
    setTimeout(() => void connect(), retryIn.value * 1000)
  }

  async function call<N extends ProcedureName>(name: N, params: ParamsOf<N>): Promise<ResultOf<N>> {
    if (!client.value) throw new NNOptError('unavailable', 'the engine is not connected')
    return client.value.call(name, params)
  }

  function onEvent(listener: Listener): () => void {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  return { state, retryIn, isOpen: computed(() => state.value === 'open'), connect, call, onEvent }
})
