import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Ref } from 'vue'
import type { CallOptions, Client, ParamsOf, ProcedureName, ResultOf } from '../../shared/contract'
import { NNOptError } from '../../shared/errors'
import type { EventPosition, HostEvent, SequencedEvent } from '../../shared/types'
import { createConnection } from '../transport/connection'
import { onSaid } from '../transport/shell'
import { watchLife } from './heartbeat'

export type ConnectionState = 'connecting' | 'open' | 'lost' | 'denied'

type Listener = (event: HostEvent) => void

function createListeners() {
  const listeners = new Set<Listener>()
  return {
    emit: (event: HostEvent): void => listeners.forEach((listener) => listener(event)),
    onEvent: (listener: Listener): (() => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Sends events from a position on, until the connection ends. */
const follow = (client: Client, since: EventPosition | undefined, onEvent: (sequenced: SequencedEvent) => void): void =>
  void client.call('events.subscribe', { since }, { onEvent }).catch(() => undefined)

/** Resolves when the connection is open. */
function opening(state: Ref<ConnectionState>): Promise<void> {
  return new Promise((resolve) => {
    const done = watch(state, (now) => now === 'open' && finish())
    const finish = (): void => (done(), resolve())
    if (state.value === 'open') finish()
  })
}

/** The connection to the engine: calls, ordered events, and reconnection that catches up on missed events. */
export const useEngine = defineStore('engine', () => {
  const state = ref<ConnectionState>('connecting')
  const client = shallowRef<Client>()
  /** Why the connection was lost, if known. */
  const lostBecause = ref<string>()
  const isSilent = watchLife(client)
  const { emit, onEvent } = createListeners()
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
    if (position === undefined) emit({ kind: 'reset' })
    follow(to, position, (sequenced) => {
      position = sequenced.position
      emit(sequenced.event)
    })
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

  return {
    state,
    lostBecause,
    failedBecause,
    isSilent,
    isOpen: computed(() => state.value === 'open'),
    connect: connection.connect,
    reconnect,
    call,
    /** Waits until calls can reach an engine. */
    whenOpen: () => opening(state),
    onEvent,
  }
})
