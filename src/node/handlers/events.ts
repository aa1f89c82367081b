import { randomBytes } from 'node:crypto'
import type { EventPosition, HostEvent, SequencedEvent } from '../../shared/types'

export interface EventHub {
  publish(event: HostEvent): void
  /**
   * Sends the events missed since a position, or `reset` if they are no longer available, and then new ones. Returns a
   * function that stops it.
   */
  subscribe(listener: (event: SequencedEvent) => void, since?: EventPosition): () => void
}

const kept = 2000

export function createEventHub(host: string = randomBytes(4).toString('hex')): EventHub {
  const listeners = new Set<(event: SequencedEvent) => void>()
  let recent: SequencedEvent[] = []
  let sequence = 0
  const missed = (since: EventPosition): readonly SequencedEvent[] => {
    const oldest = recent[0]?.position.sequence ?? sequence + 1
    const known = since.host === host && since.sequence <= sequence && since.sequence + 1 >= oldest
    return known
      ? recent.filter(({ position }) => position.sequence > since.sequence)
      : [{ position: { host, sequence }, event: { kind: 'reset' } }]
  }
  return {
    publish: (event) => {
      const numbered: SequencedEvent = { position: { host, sequence: ++sequence }, event }
      recent.push(numbered)
      if (recent.length > 2 * kept) recent = recent.slice(-kept)
      for (const listener of listeners) listener(numbered)
    },
    subscribe: (listener, since) => {
      if (since) missed(since).forEach(listener)
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
