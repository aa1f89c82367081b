import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { CallOptions, Client, ParamsOf, ProcedureName, ResultOf } from '../../shared/contract'
import { NNOptError } from '../../shared/errors'
import type { EventPosition, HostEvent } from '../../shared/types'
import { createConnection } from '../transport/connection'
import { onSaid } from '../transport/shell'
import { watchLife } from './heartbeat'

export type ConnectionState = 'connecting' | 'open' | 'lost' | 'denied'

type Listener = (event: HostEvent) => void

/** The connection to the engine: calls, ordered events, and reconnection that catches up on missed events. */
export const useEngine = defineStore('engine', () => {
  const state = ref<ConnectionState>('connecting')
  const client = shallowRef<Client>()
  /** Why the connection was lost, if known. */
  const lostBecause = ref<string>()
  const isSilent = watchLife(client)
  const listeners = new Set<Listener>()
  let position: EventPosition | undefined
  /** The desktop app reports how its engine ended, before or after the port closes. */
  let said: string | undefined
  /** Why it cannot start, as the desktop program says. */
  const failedBecause = ref<string>()
  onSaid('engineFailed', ({ reason }) => (failedBecause.value = reason))
  onSaid('engineEnded', ({ how }) => {
    said = how
    if (state.value === 'lost') lostBecause.value = how
  })

  const emit = (event: HostEvent): void => listeners.forEach((listener) => listener(event))

  const connection = createConnection({
    opened: (opened) => {
      ;[client.value, state.value, lostBecause.value, said] = [opened, 'open', undefined, undefined]
      failedBecause.value = undefined
      subscribe(opened)
    },
    lost: (reason) => {
      ;[client.value, state.value, isSilent.value, lostBecause.value] = [undefined, 'lost', false, reason ?? said]
    },
    denied: () => (state.value = 'denied'),
  })

  function subscribe(to: Client): void {
    const since = position
    if (since === undefined) emit({ kind: 'reset' })
    to.call(
      'events.subscribe',
      { since },
      {
        onEvent: (sequenced) => {
          position = sequenced.position
          emit(sequenced.event)
        },
      },
    ).catch(() => undefined)
  }

  /** Switches to the engine in the settings; nothing of the old one is kept. */
  function reconnect(): void {
    ;[client.value, position, state.value, lostBecause.value] = [undefined, undefined, 'connecting', undefined]
    connection.reconnect()
  }

  async function call<N extends ProcedureName>(
    name: N,
    params: ParamsOf<N>,
    options?: CallOptions<N>,
  ): Promise<ResultOf<N>> {
    if (!client.value) throw new NNOptError('unavailable', 'the engine is not connected')
    return client.value.call(name, params, options)
  }

  /** Waits until calls can reach an engine. */
  function whenOpen(): Promise<void> {
    return new Promise((resolve) => {
      const done = watch(state, (now) => now === 'open' && finish())
      const finish = (): void => (done(), resolve())
      if (state.value === 'open') finish()
    })
  }

  function onEvent(listener: Listener): () => void {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  return {
    state,
    lostBecause,
    failedBecause,
    isSilent,
    isOpen: computed(() => state.value === 'open'),
    connect: connection.connect,
    reconnect,
    call,
    whenOpen,
    onEvent,
  }
})
