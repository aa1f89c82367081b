import { describe, expect, expectTypeOf, it } from 'vitest'
import { contract } from '../../src/shared/contract'
import type { Client, Handlers, ProcedureName, ResultOf } from '../../src/shared/contract'
import { NNOptError } from '../../src/shared/errors'
import { createClient, createLinkedPorts, serve } from '../../src/shared/rpc'
import type { Message } from '../../src/shared/rpc'
import type { SequencedEvent, Version } from '../../src/shared/types'

/** Handlers that all fail, but for those given. */
function connect(given: Partial<Handlers>): { readonly client: Client; readonly sent: Message[] } {
  const missing = Object.fromEntries(
    Object.keys(contract).map((name) => [name, () => Promise.reject(new Error(`${name} was not expected`))]),
  ) as object as Handlers
  const [near, far] = createLinkedPorts()
  const sent: Message[] = []
  serve({ ...missing, ...given }, { ...far, post: (message) => (sent.push(message), far.post(message)) })
  return { client: createClient(near), sent }
}

const event = (sequence: number): SequencedEvent => ({
  position: { host: 'h', sequence },
  event: { kind: 'versions.changed' },
})

describe('a call', () => {
  it('brings the parameters with their defaults, and the result back', async () => {
    const { client } = connect({ 'versions.list': ({ deleted }) => (deleted ? [] : [{ id: 'v-1' } as Version]) })
    expect(await client.call('versions.list', {})).toEqual([{ id: 'v-1' }])
    expect(await client.call('versions.list', { deleted: true })).toEqual([])
  })

  it('has the types of its procedure', () => {
    expectTypeOf<ResultOf<'versions.get'>['version']>().toEqualTypeOf<Version>()
    // @ts-expect-error: a handler with another result does not compile.
    const wrong: Pick<Handlers, 'versions.list'> = { 'versions.list': () => [{ id: 3 }] }
    expect(Object.keys(wrong)).toEqual(['versions.list'])
  })

  it('fails with the code and the message of what was thrown', async () => {
    const { client } = connect({
      'versions.get': () => {
        throw new NNOptError('notFound', 'no such version', { version: 'x' })
      },
    })
    await expect(client.call('versions.get', { version: 'x' })).rejects.toMatchObject({
      code: 'notFound',
      message: 'no such version',
      details: { version: 'x' },
    })
    await expect(client.call('datasets.list', {})).rejects.toMatchObject({
      code: 'internal',
      message: 'datasets.list was not expected',
    })
  })

  it('with parameters of another shape does not reach the handler', async () => {
    const { client } = connect({})
    await expect(client.call('versions.get', JSON.parse('{"version":3}') as { version: string })).rejects.toMatchObject(
      { code: 'wrongCall', message: expect.stringMatching(/^versions\.get: field 'version': /) },
    )
    await expect(client.call('fly' as ProcedureName, {})).rejects.toMatchObject({
      code: 'wrongCall',
      message: expect.stringMatching(/^unknown procedure 'fly': expected one of versions\.list, /),
    })
  })

  it('does not reach what every object inherits', async () => {
    const { client } = connect({})
    await expect(client.call('constructor' as ProcedureName, {})).rejects.toMatchObject({ code: 'wrongCall' })
  })
})

describe('a call with events', () => {
  it('sends them in order until it is cancelled, and none after its end', async () => {
    let emitLate: (() => void) | undefined
    const { client, sent } = connect({
      'events.subscribe': (_, { signal, emit }) => {
        emit(event(1))
        emit(event(2))
        emitLate = () => emit(event(3))
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve({}), { once: true }))
      },
    })
    const controller = new AbortController()
    const seen: number[] = []
    const call = client.call(
      'events.subscribe',
      {},
      {
        signal: controller.signal,
        onEvent: ({ position }) => seen.push(position.sequence) === 2 && controller.abort(),
      },
    )
    expect(await call).toEqual({})
    emitLate?.()
    expect(seen).toEqual([1, 2])
    expect(sent.map(({ type }) => type)).toEqual(['event', 'event', 'result'])
  })

  it('ends on both sides when the connection does', async () => {
    const [near, far] = createLinkedPorts()
    let aborted = false
    const hanging: Partial<Handlers> = {
      'events.subscribe': (_, { signal }) =>
        new Promise(() => signal.addEventListener('abort', () => void (aborted = true))),
    }
    serve(hanging as Handlers, far)
    const client = createClient(near)
    const call = client.call('events.subscribe', {})
    await new Promise((resolve) => setTimeout(resolve))
    far.close()
    await expect(call).rejects.toMatchObject({ code: 'unavailable', message: 'the connection to the engine was lost' })
    await expect(client.call('versions.list', {})).rejects.toMatchObject({ code: 'unavailable' })
    expect(aborted).toBe(true)
  })
})
