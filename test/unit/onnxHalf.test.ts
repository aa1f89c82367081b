import { describe, expect, it } from 'vitest'
import { widenBfloats, widenHalves } from '../../src/core/onnx/half'

interface WidenCase {
  readonly bits: number
  readonly value: number
}

const halves: readonly WidenCase[] = [
  { bits: 0x0000, value: 0 },
  { bits: 0x8000, value: -0 },
  { bits: 0x3c00, value: 1 },
  { bits: 0xc000, value: -2 },
  { bits: 0x3555, value: 0.333251953125 },
  { bits: 0x7bff, value: 65504 },
  { bits: 0x0001, value: 2 ** -24 },
  { bits: 0x03ff, value: 1023 * 2 ** -24 },
  { bits: 0x0400, value: 2 ** -14 },
  { bits: 0x7c00, value: Infinity },
  { bits: 0xfc00, value: -Infinity },
  { bits: 0x7e00, value: NaN },
]
const bfloats: readonly WidenCase[] = [
  { bits: 0x3f80, value: 1 },
  { bits: 0xc000, value: -2 },
  { bits: 0x8000, value: -0 },
  { bits: 0x7f80, value: Infinity },
  { bits: 0x7fc0, value: NaN },
  { bits: 0x3eaa, value: 0.33203125 },
]

describe('half precision', () => {
  it.each(halves)('float16 $bits is $value', ({ bits, value }) => expect(widenHalves([bits])[0]).toBe(value))
  it.each(bfloats)('bfloat16 $bits is $value', ({ bits, value }) => expect(widenBfloats([bits])[0]).toBe(value))
})
