import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gridOf, uint8Affine } from '../../src/core/fakeQuant/grid'
import { errorHistogram, quantizationEffect, quantized } from '../../src/core/quantize/observers/effect'
import { exactStatistics } from '../../src/core/quantize/observers/distribution'

const grids = [
  uint8Affine,
  gridOf({ dtype: 'int8', scheme: 'symmetric' }),
  gridOf({ dtype: 'int8', scheme: 'affine', reducedRange: true }),
]
const numbers = fc.array(fc.float({ min: -100, max: 100, noNaN: true, noDefaultInfinity: true }), {
  minLength: 2,
  maxLength: 200,
})

describe('the effect of a grid on a distribution', () => {
  it('over its whole range clips nothing and errs by half a step at most', () => {
    fc.assert(
      fc.property(numbers, fc.constantFrom(...grids), (values, grid) => {
        const statistics = exactStatistics('x', Float32Array.from(values))
        const effect = quantizationEffect(statistics.distribution(), statistics, grid)
        expect(effect.clippedShare).toBe(0)
        expect(effect.meanSquaredError).toBeLessThanOrEqual((effect.scale / 2) ** 2 * 1.001)
      }),
    )
  })

  it('does not call an end clipped that only the rounding of the scale puts beyond the grid', () => {
    const statistics = exactStatistics('x', Float32Array.of(-99.99995422363281, 99.99995422363281))
    expect(quantizationEffect(statistics.distribution(), statistics, grids[2]!).clippedShare).toBe(0)
  })

  it('keeps zero exact and zeros without noise', () => {
    expect(quantized(0, { scale: 0.1, zeroPoint: 7 }, uint8Affine)).toEqual({ q: 7, value: 0 })
    expect(
      quantizationEffect(
        { values: Float64Array.of(0), counts: Float64Array.of(5), binWidth: 0 },
        { min: 0, max: 0 },
        uint8Affine,
      ),
    ).toMatchObject({ meanSquaredError: 0, sqnr: Infinity, clippedShare: 0 })
  })

  it('counts what lies beyond the ends, by how often it was seen', () => {
    const effect = quantizationEffect(
      { values: Float64Array.of(0, 1, 10), counts: Float64Array.of(1, 2, 1), binWidth: 0 },
      { min: 0, max: 1 },
      uint8Affine,
    )
    expect(effect.clippedShare).toBe(0.25)
    expect(effect.meanSquaredError).toBeCloseTo(81 / 4, 3)
    expect(effect.sqnr).toBeCloseTo(10 * Math.log10(102 / 81), 3)
  })

  it('puts every value into the histogram of errors', () => {
    const distribution = { values: Float64Array.of(-1, 0.3, 0.4), counts: Float64Array.of(1, 2, 3), binWidth: 0 }
    const { low, high, counts } = errorHistogram(distribution, { scale: 0.5, zeroPoint: 128 }, uint8Affine, 8)
    expect(low).toBe(-high)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6)
  })
})
