import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gridOf, int8SaturationFree, int8Symmetric, uint8Affine } from '../../src/core/fakeQuant/grid'
import type { Grid } from '../../src/core/fakeQuant/grid'
import { channelQParams, representableRange, smallestScale, tensorQParams } from '../../src/core/fakeQuant/qparams'
import { dequantize, fakeQuant, quantize } from '../../src/core/fakeQuant/quantize'
import { roundHalfToEven } from '../../src/core/fakeQuant/round'
import { slicesOf } from '../../src/core/fakeQuant/slices'

const grids: readonly Grid[] = (['int8', 'uint8'] as const).flatMap((dtype) =>
  (['symmetric', 'affine'] as const).flatMap((scheme) =>
    [false, true].map((reducedRange) => gridOf({ dtype, scheme, reducedRange })),
  ),
)
const nameOf = (grid: Grid): string => `${grid.dtype} ${grid.scheme} [${grid.qmin}, ${grid.qmax}]`

const bound = fc.float({ min: -1000, max: 1000, noNaN: true })
const ranges = fc.tuple(bound, bound).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }))

describe.each(grids.map((grid) => [nameOf(grid), grid] as const))('grid %s', (_, grid) => {
  it('keeps values inside the range within half a step', () => {
    fc.assert(
      fc.property(ranges, fc.float({ min: 0, max: 1, noNaN: true }), (range, share) => {
        const qparams = tensorQParams(range, grid)
        const inside = representableRange(qparams)
        const x = Float32Array.of(inside.min + share * (inside.max - inside.min))
        const error = Math.abs(x[0]! - dequantize(quantize(x, [1], qparams), [1], qparams)[0]!)
        expect(error).toBeLessThanOrEqual((qparams.scale[0]! / 2) * (1 + 1e-4))
      }),
    )
  })

  it('maps zero to the zero point and back exactly', () => {
    fc.assert(
      fc.property(ranges, (range) => {
        const qparams = tensorQParams(range, grid)
        const q = quantize(new Float32Array(1), [1], qparams)
        expect(q[0]).toBe(qparams.zeroPoint[0])
        expect(Math.abs(dequantize(q, [1], qparams)[0]!)).toBe(0)
      }),
    )
  })

  it('is monotone and stays in the grid', () => {
    fc.assert(
      fc.property(ranges, fc.array(bound, { minLength: 2, maxLength: 50 }), (range, values) => {
        const sorted = Float32Array.from(values).sort()
        const q = quantize(sorted, [sorted.length], tensorQParams(range, grid))
        q.forEach((value, index) => expect(value).toBeGreaterThanOrEqual(index === 0 ? grid.qmin : q[index - 1]!))
        expect(q[q.length - 1]).toBeLessThanOrEqual(grid.qmax)
      }),
    )
  })

  it('covers the range to within half a step', () => {
    fc.assert(
      fc.property(ranges, (range) => {
        const qparams = tensorQParams(range, grid)
        const covered = representableRange(qparams)
        const slack = qparams.scale[0]! * 0.5001
        expect(covered.min - slack).toBeLessThanOrEqual(Math.min(0, range.min))
        expect(covered.max + slack).toBeGreaterThanOrEqual(Math.max(0, range.max))
      }),
    )
  })
})

describe('degenerate ranges', () => {
  const cases = [
    { name: 'all zero', range: { min: 0, max: 0 }, grid: uint8Affine, scale: 1, zeroPoint: 0 },
    { name: 'all zero, symmetric', range: { min: 0, max: 0 }, grid: int8Symmetric, scale: 1, zeroPoint: 0 },
    {
      name: 'a positive constant',
      range: { min: 5.1, max: 5.1 },
      grid: uint8Affine,
      scale: Math.fround(5.1 / 255),
      zeroPoint: 0,
    },
    {
      name: 'a negative constant',
      range: { min: -5.1, max: -5.1 },
      grid: uint8Affine,
      scale: Math.fround(5.1 / 255),
      zeroPoint: 255,
    },
    {
      name: 'a range above zero',
      range: { min: 2, max: 5.1 },
      grid: uint8Affine,
      scale: Math.fround(5.1 / 255),
      zeroPoint: 0,
    },
    { name: 'ReLU6', range: { min: 0, max: 6 }, grid: uint8Affine, scale: Math.fround(6 / 255), zeroPoint: 0 },
    { name: 'denormal numbers', range: { min: 0, max: 1e-40 }, grid: uint8Affine, scale: smallestScale, zeroPoint: 0 },
  ]
  it.each(cases)('$name', ({ range, grid, scale, zeroPoint }) => {
    const qparams = tensorQParams(range, grid)
    expect(qparams.scale[0]).toBe(scale)
    expect(qparams.zeroPoint[0]).toBe(zeroPoint)
  })

  it.each([
    { min: NaN, max: 1 },
    { min: 0, max: Infinity },
    { min: 2, max: 1 },
  ])('refuses %o', (range) => {
    expect(() => tensorQParams(range, uint8Affine)).toThrow(/expected finite bounds in order/)
  })
})

describe('rounding', () => {
  it.each([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [-2.5, -2],
    [3.49, 3],
    [1e9 + 0.5, 1e9],
  ])('%d becomes %d', (x, expected) => {
    expect(roundHalfToEven(x) + 0).toBe(expected)
  })
})

describe('channels', () => {
  const weights = Float32Array.of(1, -2, 0.5, 4, 8, -16, 0, 0)

  it('quantizes every slice with its own scale', () => {
    const qparams = channelQParams(
      [
        { min: -2, max: 1 },
        { min: -16, max: 8 },
      ],
      int8Symmetric,
      0,
    )
    expect([...quantize(weights, [2, 4], qparams)]).toEqual([64, -127, 32, 127, 64, -127, 0, 0])
    expect([...fakeQuant(weights, [2, 4], qparams)]).toEqual([
      ...dequantize(quantize(weights, [2, 4], qparams), [2, 4], qparams),
    ])
  })

  it('gathers the slices of an inner axis', () => {
    expect(slicesOf(weights, [2, 2, 2], 1).map((slice) => [...slice])).toEqual([
      [1, -2, 8, -16],
      [0.5, 4, 0, 0],
    ])
  })

  it('refuses scales that do not fit the axis', () => {
    expect(() => quantize(weights, [2, 4], channelQParams([{ min: 0, max: 1 }], int8Symmetric, 1))).toThrow(
      /expected 4 scales along axis 1, got 1/,
    )
  })
})

it('saturation-free weights keep every pair of products inside 16 bits', () => {
  expect(2 * uint8Affine.qmax * int8SaturationFree.qmax).toBeLessThanOrEqual(32767)
  expect(2 * uint8Affine.qmax * int8SaturationFree.qmin).toBeGreaterThanOrEqual(-32768)
})
