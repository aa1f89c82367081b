import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '../../src/shared/rpc'
import { decodeMessage, encodeMessage } from '../../src/shared/wire'

const bytes = fc.uint8Array({ maxLength: 40 })
const result = fc.oneof(fc.string(), fc.record({ bytes, name: fc.string(), more: fc.array(bytes, { maxLength: 3 }) }))

describe('a message as a frame', () => {
  it('comes back as it was, bytes included', () => {
    fc.assert(
      fc.property(fc.nat(), result, (id, value) => {
        const message: Message = { type: 'result', id, result: value }
        expect(decodeMessage(encodeMessage(message))).toEqual(message)
      }),
    )
  })

  it('is text unless it holds bytes', () => {
    expect(encodeMessage({ type: 'cancel', id: 1 })).toBe('{"type":"cancel","id":1}')
    expect(encodeMessage({ type: 'result', id: 1, result: { bytes: Uint8Array.of(7) } })).toBeInstanceOf(Uint8Array)
  })

  const broken: readonly (readonly [string, string | Uint8Array])[] = [
    ['text that is not JSON', '{'],
    ['JSON that is no object', '3'],
    ['an object without id', '{"type":"call"}'],
    ['three bytes', Uint8Array.of(1, 0, 0)],
    ['a header longer than the frame', Uint8Array.of(9, 0, 0, 0, 123)],
  ]
  it.each(broken)('is refused as a wrong call: %s', (_, frame) => {
    expect(() => decodeMessage(frame)).toThrow(expect.objectContaining({ code: 'wrongCall' }))
  })
})
