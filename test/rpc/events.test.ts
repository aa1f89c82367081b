import { describe, expect, it } from 'vitest'
import { createEventHub } from '../../src/node/handlers/events'
import type { HostEvent, SequencedEvent } from '../../src/shared/types'

const progress = (done: number): HostEvent => ({ kind: 'run.progress', runId: 'r', progress: { label: 'x', done } })
const numbers = (events: readonly SequencedEvent[]): readonly number[] =>
  events.map(({ position }) => position.sequence)

function subscribe(hub: ReturnType<typeof createEventHub>, since?: SequencedEvent['position']) {
  const seen: SequencedEvent[] = []
  const end = hub.subscribe((event) => seen.push(event), since)
  return { seen, end }
}

describe('the event hub', () => {
  it('gives a client that reconnects what it missed, once', () => {
    const hub = createEventHub('h')
    const first = subscribe(hub)
    ;[1, 2, 3].forEach((done) => hub.publish(progress(done)))
    first.end()
    ;[4, 5].forEach((done) => hub.publish(progress(done)))
    const second = subscribe(hub, first.seen.at(-1)?.position)
    hub.publish(progress(6))
    expect(numbers(first.seen)).toEqual([1, 2, 3])
    expect(numbers(second.seen)).toEqual([4, 5, 6])
  })

  it('tells a new client nothing of what was before', () => {
    const hub = createEventHub('h')
    hub.publish(progress(1))
    expect(subscribe(hub).seen).toEqual([])
  })

  it('asks for a fresh start when it does not know what was missed', () => {
    const hub = createEventHub('h')
    for (let done = 1; done <= 4001; done++) hub.publish(progress(done))
    const reset = [{ position: { host: 'h', sequence: 4001 }, event: { kind: 'reset' } }]
    expect(subscribe(hub, { host: 'h', sequence: 1 }).seen).toEqual(reset)
    expect(subscribe(hub, { host: 'another', sequence: 4000 }).seen).toEqual(reset)
    expect(subscribe(hub, { host: 'h', sequence: 5000 }).seen).toEqual(reset)
    expect(numbers(subscribe(hub, { host: 'h', sequence: 3999 }).seen)).toEqual([4000, 4001])
  })
})
