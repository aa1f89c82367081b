import { describe, expect, it } from 'vitest'
import { createCollapseWatch } from '../../src/core/train/collapse'

describe('the watch for a collapse', () => {
  const cases = [
    { what: 'a blind guess', start: 0.8, accuracy: 0.1, loss: 2.3, expected: true },
    { what: 'a loss without bounds', start: 0.8, accuracy: 0.4, loss: 1e6, expected: true },
    { what: 'a good network', start: 0.8, accuracy: 0.8, loss: 0.6, expected: false },
    { what: 'a network that knew little at its start', start: 0.15, accuracy: 0.1, loss: 2.3, expected: false },
    { what: 'a network that starts untrained', start: undefined, accuracy: 0.1, loss: 2.3, expected: false },
  ]
  it.each(cases)('after $what: $expected', ({ start: score, accuracy, loss, expected }) => {
    const watch = createCollapseWatch(score, 10)
    watch.add(accuracy, loss, 480)
    expect(watch.collapsed()).toBe(false)
    watch.add(accuracy, loss, 32)
    expect(watch.collapsed()).toBe(expected)
  })

  it('forgets what was long ago', () => {
    const watch = createCollapseWatch(0.9, 10)
    for (let step = 0; step < 100; step++) watch.add(0.9, 0.3, 32)
    for (let step = 0; step < 16; step++) watch.add(0.1, 2.3, 32)
    expect(watch.collapsed()).toBe(true)
  })
})
