import { describe, expect, it } from 'vitest'
import { groupsOfLayers, mostPercent, ratiosOf } from '../../src/renderer/planner/settings'
import { atLeast } from '../../src/shared/atLeast'

const group = (name: string, layers: readonly string[]) => ({ name, layers, channels: 8, blocked: null })

describe('planner settings', () => {
  it.each([2, 3, 8, 10, 16, 100, 1280])('offers no share that leaves nothing of %i channels', (channels) => {
    expect(Math.round((1 - mostPercent(channels) / 100) * channels)).toBeGreaterThanOrEqual(1)
  })

  it.each([3, 24, 96, 1280, 4999])('names every count of %i channels', (channels) => {
    for (let after = 1; after < channels; after++) {
      const [ratio] = atLeast(1, Object.values(ratiosOf([{ name: 'a', before: channels, after }])))
      expect(Math.round((1 - ratio) * channels)).toBe(after)
    }
  })

  it('has no ratio for a group that stays whole', () =>
    expect(ratiosOf([{ name: 'a', before: 8, after: 8 }])).toEqual({}))

  it('finds the groups of layers, and says which have none', () => {
    expect(groupsOfLayers([group('a', ['a', 'b']), group('c', ['c'])], ['b', 'add'])).toEqual({
      groups: ['a'],
      unknown: ['add'],
    })
  })
})
