import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keepApart } from '../../src/shared/keepApart'

describe('keepApart', () => {
  const cases: readonly (readonly [string, readonly number[], readonly number[]])[] = [
    ['nothing', [], []],
    ['one label', [5], [5]],
    ['labels with room', [0, 20], [0, 20]],
    ['equal heights', [3, 3, 3], [3, 13, 23]],
    ['any order', [12, 0, 5], [20, 0, 10]],
  ]
  it.each(cases)('places %s', (_, heights, expected) => {
    expect(keepApart(heights, 10)).toEqual(expected)
  })

  it('leaves the gap, and moves nothing up', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 })), fc.integer({ min: 0, max: 50 }), (heights, gap) => {
        const placed = keepApart(heights, gap)
        const sorted = [...placed].sort((a, b) => a - b)
        expect(sorted.slice(1).every((height, index) => height - sorted[index]! >= gap)).toBe(true)
        expect(placed.every((height, index) => height >= heights[index]!)).toBe(true)
      }),
    )
  })
})
