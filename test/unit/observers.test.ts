import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCollector } from '../../src/core/quantize/observers/collector'
import { activationStatistics, exactStatistics } from '../../src/core/quantize/observers/distribution'
import { binCount } from '../../src/core/quantize/observers/histogramBins'
import { observers } from '../../src/core/quantize/observers/index'
import { mergeStatistics } from '../../src/core/quantize/observers/statistics'
import type { TensorStatistics } from '../../src/core/quantize/observers/statistics'
import { int8Symmetric, uint8Affine } from '../../src/core/fakeQuant/grid'
import { quantizationError } from '../../src/core/quantize/observers/quantizationError'

const collect = (batches: readonly Float32Array[], firstBatch = 0): TensorStatistics => {
  const collector = createCollector({ name: 'x', histogram: true })
  batches.forEach((values, index) => collector.observe(values, firstBatch + index))
  return collector.statistics()
}

const finite = fc.float({ noNaN: true, noDefaultInfinity: true })
const batchLists = fc.array(fc.float32Array({ minLength: 1, maxLength: 40, noNaN: true, noDefaultInfinity: true }), {
  minLength: 2,
  maxLength: 6,
})

describe('collector', () => {
  it('depends on the set of values only, not on batches, order or threads', () => {
    fc.assert(
      fc.property(batchLists, fc.nat(), (batches, cut) => {
        const all = Float32Array.from(batches.flatMap((values) => [...values]))
        const whole = collect([all.toReversed()])
        const at = 1 + (cut % (batches.length - 1))
        const merged = mergeStatistics(collect(batches.slice(at), at), collect(batches.slice(0, at)))
        expect(merged.histogram).toEqual(whole.histogram)
        expect([merged.count, merged.min, merged.max]).toEqual([whole.count, whole.min, whole.max])
        expect(merged.batches.map(({ batch }) => batch)).toEqual(batches.map((_, index) => index))
      }),
    )
  })

  it('counts every value once, in the bin that holds it', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 200 }), (values) => {
        const { histogram } = collect([Float32Array.from(values)])
        expect(histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(values.length)
      }),
    )
  })

  it('keeps at least half of the bins inside the range', () => {
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        fc.pre(Math.abs(a - b) > 1e-3 * Math.max(Math.abs(a), Math.abs(b)))
        const { histogram } = collect([Float32Array.of(a, b)])
        expect(Math.abs(a - b) / 2 ** (histogram?.exponent ?? 0)).toBeGreaterThanOrEqual(binCount / 2 - 2)
      }),
    )
  })

  it.each([NaN, Infinity, -Infinity])('names the tensor and the place of %d, and stays usable', (bad) => {
    const collector = createCollector({ name: 'block3/expand', histogram: true })
    collector.observe(Float32Array.of(1, 2))
    expect(() => collector.observe(Float32Array.of(0, 1.5, bad))).toThrow(/tensor 'block3\/expand': value 2 is/)
    expect(collect([Float32Array.of(1, 2)]).histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(2)
  })

  it('refuses to report before the first value', () => {
    expect(() => createCollector({ name: 'x', histogram: false }).statistics()).toThrow(/expected at least one value/)
  })
})

describe.each(observers.ids)('observer %s', (id) => {
  const observer = observers.get(id)

  it('stays inside the observed range, with its bounds in order', () => {
    fc.assert(
      fc.property(batchLists, (batches) => {
        const { min, max } = collect(batches)
        const running = observer.create()
        for (const values of batches) running.observe(values)
        const range = running.range()
        const slack = 1e-6 * (max - min)
        expect(range.min).toBeGreaterThanOrEqual(min - slack)
        expect(range.max).toBeLessThanOrEqual(max + slack)
        expect(range.min).toBeLessThanOrEqual(range.max)
      }),
      { numRuns: 25 },
    )
  })

  it.each([
    { name: 'zeros', value: 0 },
    { name: 'a constant', value: 3 },
  ])('takes $name', ({ value }) => {
    const running = observer.create()
    running.observe(new Float32Array(10).fill(value))
    const { min, max } = running.range()
    expect(max).toBeCloseTo(value, 5)
    expect(min).toBeLessThanOrEqual(value)
  })

  it('has usable defaults and refuses unknown values', () => {
    expect(observer.label.length).toBeGreaterThan(0)
    expect(observer.range(exactStatistics('w', Float32Array.of(-1, 0, 2)), {}, int8Symmetric).max).toBeGreaterThan(0)
    expect(() => observer.range(exactStatistics('w', Float32Array.of(1)), 'x')).toThrow(`observer '${id}'`)
  })
})

describe('what the observers are for', () => {
  const spread = Float32Array.from({ length: 20_000 }, (_, index) => Math.sin(index) * (1 + Math.cos(index * 0.37)))
  const withOutlier = Float32Array.of(...spread, 60)
  const statistics = activationStatistics(collect([withOutlier]))
  const errorOf = (id: string): number =>
    quantizationError(
      exactStatistics('x', withOutlier).distribution(),
      observers.get(id).range(statistics),
      uint8Affine,
      2,
    )

  it('min-max keeps an outlier, percentile and mse cut it', () => {
    expect(observers.get('min-max').range(statistics).max).toBe(60)
    expect(observers.get('percentile').range(statistics).max).toBeLessThan(3)
    expect(observers.get('mse').range(statistics).max).toBeLessThan(60)
  })

  it('mse has the least squared error of all', () => {
    for (const id of observers.ids) expect(errorOf('mse')).toBeLessThanOrEqual(errorOf(id) * 1.02)
  })

  it('percentile with full coverage is min-max', () => {
    const { min, max } = observers.get('percentile').range(statistics, { coverage: 1 })
    expect([min, max]).toEqual([statistics.min, statistics.max])
  })
})
