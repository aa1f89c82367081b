import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { CallOptions, Client, ParamsOf, ProcedureName, ResultOf } from '../../shared/contract'
import { NNOptError } from '../../shared/errors'
import { createClient } from '../../shared/rpc'
import type { Port } from '../../shared/rpc'
import type { EventPosition, HostEvent } from '../../shared/types'
import { openPort } from '../transport/port'
import { watchLife } from './heartbeat'

export type ConnectionState = 'connecting' | 'open' | 'lost' | 'denied'

/** Seconds to wait before each next try: an engine that ended is started again at once. */
const retrySeconds = [0.3, 0.5, 1, 2, 4] as const

type Listener = (event: HostEvent) => void

/** The connection to the engine: calls, events in order, and reconnection that asks for what was missed. */
export const useEngine = defineStore('engine', () => {
  const state = ref<ConnectionState>('connecting')
  const client = shallowRef<Client>()
  const isSilent = watchLife(client)
  const listeners = new Set<Listener>()
  let position: EventPosition | undefined
  let attempt = 0
  let current: Port | undefined

  const emit = (event: HostEvent): void => listeners.forEach((listener) => listener(event))

  async function connect(): Promise<void> {
    try {
      const port = await openPort()
      port.onClose(() => close(port))
      current = port
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

  /** Only the port in use counts: one that was left for another engine may close whenever it likes. */
  function close(port: Port): void {
    if (port === current) retry()
  }

  function retry(): void {
    state.value = 'lost'
    client.value = undefined
    isSilent.value = false
    current = undefined
    setTimeout(() => void connect(), retrySeconds[Math.min(attempt++, retrySeconds.length - 1)] * 1000)
  }

  /** Leaves this engine for the one that the settings name now; nothing of the old one is kept. */
  function reconnect(): void {
    const left = current
    ;[current, client.value, position, state.value] = [undefined, undefined, undefined, 'connecting']
    left?.close()
    void connect()
  }

  async function call<N extends ProcedureName>(name: N, params: ParamsOf<N>, options?: CallOptions<N>): Promise<ResultOf<N>> {
    if (!client.value) throw new NNOptError('unavailable', 'the engine is not connected')
    return client.value.call(name, params, options)
  }

  function onEvent(listener: Listener): () => void {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  return { state, isSilent, isOpen: computed(() => state.value === 'open'), connect, reconnect, call, onEvent }
})
