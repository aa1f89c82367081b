import { describe, expect, it } from 'vitest'
import { accuracyAt, expectedAccuracy } from '../../src/core/prune/expectedAccuracy'

const points = [{ removedShare: 0.5, channels: 8, accuracy: 0.6 }, { removedShare: 0.25, channels: 12, accuracy: 0.8 }]

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

  it('goes from the whole to guessing where nothing was measured', () => expect(accuracyAt([], 0.9, 0.1, 0.5)).toBeCloseTo(0.5, 12))

  it('adds drops up, does not count gains, and does not fall below guessing', () => {
    expect(expectedAccuracy(0.9, [0.1, -0.2, 0.05], 0.1)).toBeCloseTo(0.75, 12)
    expect(expectedAccuracy(0.9, [0.6, 0.6], 0.1)).toBe(0.1)
    expect(expectedAccuracy(0.05, [0.6], 0.1)).toBe(0.05)
  })
})
