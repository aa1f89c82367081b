import { describe, expect, it } from 'vitest'
import { comparePredictions } from '../../src/core/measure/flips'

const first = { classes: ['cat', 'dog'], samples: [3, 5, 7, 9], labels: [0, 0, 1, 1], predicted: [0, 1, 1, 0] }

describe('two classifiers on the same samples', () => {
  it('are compared by the names of their classes, whatever their order', () => {
    const second = { classes: ['dog', 'cat'], samples: [9, 7, 5, 3], labels: [0, 0, 1, 1], predicted: [0, 0, 1, 1] }
    const { samples, accuracy, difference, flips, perClass } = comparePredictions(first, second)
    expect(samples).toBe(4)
    expect(accuracy).toEqual([0.5, 1])
    expect(difference.difference).toBeCloseTo(0.5)
    expect([difference.onlyFirst, difference.onlySecond]).toEqual([0, 2])
    expect(flips).toEqual([
      { sample: 5, label: 'cat', first: 'dog', second: 'cat' },
      { sample: 9, label: 'dog', first: 'cat', second: 'dog' },
    ])
    expect(perClass).toEqual([
      { name: 'cat', samples: 2, first: 1, second: 2, onlyFirst: 0, onlySecond: 1 },
      { name: 'dog', samples: 2, first: 1, second: 2, onlyFirst: 0, onlySecond: 1 },
    ])
  })

  it('are compared on what both saw', () => {
    const { samples, flips } = comparePredictions(first, { ...first, samples: [5, 6, 7, 8] })
    expect(samples).toBe(2)
    // Sample 5 is the second's first row, where it says cat; sample 7 its third, where it says dog.
    expect(flips).toEqual([{ sample: 5, label: 'cat', first: 'dog', second: 'cat' }])
  })

  it('without a common sample know nothing', () => {
    const { samples, accuracy, difference } = comparePredictions(first, { ...first, samples: [0, 1, 2, 4] })
    expect(samples).toBe(0)
    expect(accuracy).toEqual([0, 0])
    expect(difference.interval).toEqual([-1, 1])
    expect(difference.pValue).toBe(1)
  })
})
