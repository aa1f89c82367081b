import { describe, expect, it } from 'vitest'
import { accuracyAt, expectedAccuracy } from '../../src/core/prune/expectedAccuracy'

const points = [
  { removedShare: 0.5, channels: 8, accuracy: 0.6 },
  { removedShare: 0.25, channels: 12, accuracy: 0.8 },
]

describe('expected accuracy', () => {
  it.each([
    [0, 0.9],
    [0.125, 0.85],
    [0.25, 0.8],
    [0.375, 0.7],
    [0.5, 0.6],
    [0.75, 0.35],
    [1, 0.1],
  ])('lies on the lines between the measured points: %f removed', (removedShare, accuracy) => {
    expect(accuracyAt(points, 0.9, 0.1, removedShare)).toBeCloseTo(accuracy, 12)
  })

  it('goes from the whole to guessing where nothing was measured', () =>
    expect(accuracyAt([], 0.9, 0.1, 0.5)).toBeCloseTo(0.5, 12))

  it('is the base less the sum of small drops, and does not count gains', () => {
    expect(expectedAccuracy(0.9, [0.002, -0.2, 0.001], 0.1)).toBeCloseTo(0.897, 5)
    expect(expectedAccuracy(0.9, [0.1, -0.2], 0.1)).toBeCloseTo(0.8, 12)
    expect(expectedAccuracy(0.9, [], 0.1)).toBe(0.9)
  })

  it('lets groups share what is left above guessing, and does not fall below it', () => {
    // 0.8 above chance: halved twice.
    expect(expectedAccuracy(0.9, [0.4, 0.4], 0.1)).toBeCloseTo(0.3, 12)
    expect(
      expectedAccuracy(
        0.9,
        Array.from({ length: 50 }, () => 0.3),
        0.1,
      ),
    ).toBeGreaterThanOrEqual(0.1)
    expect(expectedAccuracy(0.9, [0.85, 0.1], 0.1)).toBeCloseTo(0.1, 12)
    expect(expectedAccuracy(0.05, [0.6], 0.1)).toBe(0.05)
  })

  it('falls with every further drop', () => {
    const drops = [0.01, 0.2, 0.05, 0.4]
    const accuracies = drops.map((_, index) => expectedAccuracy(0.9, drops.slice(0, index + 1), 0.1))
    accuracies.forEach((accuracy, index) => expect(accuracy).toBeLessThan(accuracies[index - 1] ?? 0.9))
  })
})
