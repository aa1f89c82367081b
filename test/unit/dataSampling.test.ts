import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apportion } from '../../src/core/data/apportion'
import { planEpoch } from '../../src/core/data/batchPlan'
import { sampleIndices, samplingStrategies } from '../../src/core/data/sampling'
import { holdOut } from '../../src/core/data/splits'

const countByLabel = (labels: Int32Array, indices: Int32Array): readonly number[] => {
  const counts = new Array<number>(Math.max(...labels) + 1).fill(0)
  for (const index of indices) counts[labels[index]!]!++
  return counts
}

const labelsOf = (sizes: readonly number[]): Int32Array =>
  Int32Array.from(sizes.flatMap((size, label) => new Array<number>(size).fill(label)))

describe('apportion', () => {
  const cases = [
    { name: 'equal weights', total: 10, weights: [1, 1, 1], limits: [9, 9, 9], expected: [4, 3, 3] },
    { name: 'in proportion', total: 10, weights: [50, 30, 20], limits: [50, 30, 20], expected: [5, 3, 2] },
    { name: 'a limit passes its share on', total: 9, weights: [1, 1, 1], limits: [1, 9, 9], expected: [1, 4, 4] },
    { name: 'limits below the total', total: 9, weights: [1, 1], limits: [2, 3], expected: [2, 3] },
    { name: 'nothing to share', total: 0, weights: [2, 1], limits: [2, 1], expected: [0, 0] },
  ]
  it.each(cases)('$name', ({ total, weights, limits, expected }) => {
    expect(apportion(total, weights, limits)).toEqual(expected)
  })

  it('sums to the total within the limits, and is off the exact share by less than one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (sizes, share) => {
          const all = sizes.reduce((a, b) => a + b, 0)
          const total = Math.round(all * share)
          const shares = apportion(total, sizes, sizes)
          expect(shares.reduce((a, b) => a + b, 0)).toBe(total)
          shares.forEach((value, index) => expect(Math.abs(value - (total * sizes[index]!) / all)).toBeLessThan(1))
        },
      ),
    )
  })
})

describe('sampleIndices', () => {
  const labels = labelsOf([60, 30, 10])

  it('keeps the proportions of the classes when stratified', () => {
    expect(countByLabel(labels, sampleIndices(labels, 20, { strategy: 'stratified', seed: 1 }))).toEqual([12, 6, 2])
  })

  it('takes as many of each class, and the rest from the larger ones, per class', () => {
    expect(countByLabel(labels, sampleIndices(labels, 15, { strategy: 'per-class', seed: 1 }))).toEqual([5, 5, 5])
    expect(countByLabel(labels, sampleIndices(labels, 60, { strategy: 'per-class', seed: 1 }))).toEqual([25, 25, 10])
  })

  it.each(samplingStrategies)('%s: different samples, the same for the same seed, others for another', (strategy) => {
    const chosen = sampleIndices(labels, 40, { strategy, seed: 7 })
    expect(new Set(chosen).size).toBe(40)
    expect(sampleIndices(labels, 40, { strategy, seed: 7 })).toEqual(chosen)
    expect(sampleIndices(labels, 40, { strategy, seed: 8 })).not.toEqual(chosen)
  })

  it.each(samplingStrategies)(
    '%s: classes are mixed, so that every batch of a calibration sees several',
    (strategy) => {
      const chosen = [...sampleIndices(labelsOf([50, 50]), 60, { strategy, seed: 3 })]
      expect(chosen).not.toEqual([...chosen].sort((a, b) => a - b))
      expect(new Set(chosen.slice(0, 10).map((index) => Number(index >= 50))).size).toBe(2)
    },
  )

  it('gives all samples when more are asked for than there are, and copes with a class without a sample', () => {
    expect([...sampleIndices(labels, 500, { strategy: 'stratified', seed: 0 })].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, index) => index),
    )
    expect(
      countByLabel(
        Int32Array.of(0, 0, 2, 2),
        sampleIndices(Int32Array.of(0, 0, 2, 2), 2, { strategy: 'per-class', seed: 0 }),
      ),
    ).toEqual([1, 0, 1])
  })

  it.each([0, -1, 1.5, NaN])('refuses %s samples', (count) => {
    expect(() => sampleIndices(labels, count, { strategy: 'random', seed: 0 })).toThrow(
      'expected a whole number from 1',
    )
  })
})

describe('holdOut', () => {
  const items = ['cat', 'dog', 'owl'].flatMap((className, label) =>
    Array.from({ length: 100 * (label + 1) }, (_, index) => ({ className, key: `${index}.jpg` })),
  )
  const keys = (positions: readonly number[], from = items): ReadonlySet<string> =>
    new Set(positions.map((position) => `${from[position]!.className}/${from[position]!.key}`))

  it('takes its share of every class', () => {
    const chosen = holdOut(items, 0.1, 0)
    expect(
      ['cat', 'dog', 'owl'].map((name) => chosen.filter((position) => items[position]!.className === name).length),
    ).toEqual([10, 20, 30])
  })

  it('depends on the seed and not on the order', () => {
    const reversed = [...items].reverse()
    expect(keys(holdOut(reversed, 0.1, 5), reversed)).toEqual(keys(holdOut(items, 0.1, 5)))
    expect(keys(holdOut(items, 0.1, 6))).not.toEqual(keys(holdOut(items, 0.1, 5)))
  })

  it('moves few images when one is added', () => {
    const before = keys(holdOut(items, 0.1, 5))
    const grown = [...items, { className: 'cat', key: 'new.jpg' }]
    const after = keys(holdOut(grown, 0.1, 5), grown)
    expect([...before].filter((key) => !after.has(key)).length).toBeLessThanOrEqual(2)
  })

  const small = [
    { name: 'one image stays', sizes: [1, 1], expected: 0 },
    { name: 'two give one', sizes: [2, 2], expected: 2 },
    { name: 'nothing to hold out', sizes: [], expected: 0 },
  ]
  it.each(small)('$name', ({ sizes, expected }) => {
    const few = sizes.flatMap((size, label) =>
      Array.from({ length: size }, (_, index) => ({ className: `c${label}`, key: `${index}` })),
    )
    expect(holdOut(few, 0.1, 0)).toHaveLength(expected)
  })
})

describe('planEpoch', () => {
  const mode = { kind: 'train', augment: [], size: { width: 2, height: 2 }, seed: 0 } as const

  it('covers every sample once, in batches, and leaves out the rest on request', () => {
    const plan = planEpoch({ split: 'train', samples: 10, batchSize: 4, shuffleSeed: 3, mode })
    expect(plan.map(({ indices }) => indices.length)).toEqual([4, 4, 2])
    expect(plan.flatMap(({ indices }) => [...indices]).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(planEpoch({ split: 'train', samples: 10, batchSize: 4, dropLast: true, mode })).toHaveLength(2)
  })

  it('shuffles by seed and epoch, and keeps the order without a seed', () => {
    const order = (epoch: number, shuffleSeed?: number): readonly number[] =>
      planEpoch({
        split: 'train',
        samples: Int32Array.of(5, 6, 7, 8, 9, 10, 11, 12),
        batchSize: 8,
        epoch,
        ...(shuffleSeed !== undefined && { shuffleSeed }),
        mode,
      }).flatMap(({ indices }) => [...indices])
    expect(order(0)).toEqual([5, 6, 7, 8, 9, 10, 11, 12])
    expect(order(1, 3)).toEqual(order(1, 3))
    expect(order(1, 3)).not.toEqual(order(2, 3))
    expect([...order(1, 3)].sort((a, b) => a - b)).toEqual(order(0))
  })
})
