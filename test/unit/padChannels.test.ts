import { describe, expect, it } from 'vitest'
import { padChannels } from '../../src/core/deploy/padChannels'
import { answers, node, oddGraph, pooled } from '../helpers/oddNetwork'

describe('padding channels', () => {
  it('fills the blocks and calculates the same', async () => {
    const { graph, padded } = padChannels(pooled, 16)
    expect(padded).toEqual([
      { name: 'stem', from: 7, to: 16 },
      { name: 'expand', from: 19, to: 32 },
    ])
    expect(graph.initializers.get('depthwise.w')?.shape).toEqual([32, 1, 3, 3])
    expect(graph.nodes.find(({ name }) => name === 'depthwise')?.attributes.group).toBe(32)
    expect(graph.initializers.get('head.w')?.shape).toEqual([5, 16])
    const [before, after] = [await answers(pooled), await answers(graph)]
    expect(before.some((value) => Math.abs(value) > 0.1)).toBe(true)
    after.forEach((value, index) =>
      expect(Math.abs(value - before[index]!)).toBeLessThan(1e-5 * Math.max(1, Math.abs(before[index]!))),
    )
  })

  it('leaves channels alone that meet positions in a flattened image', () => {
    const { padded } = padChannels(oddGraph([node('flat', 'Flatten', ['sum'])], 7 * 64), 16)
    expect(padded.map(({ name }) => name)).toEqual(['expand'])
  })

  it('leaves channels alone that are counted by a mean over them', () => {
    const mean = node('mean', 'ReduceMean', ['sum'], { axes: [1], keepdims: 1 })
    const { padded } = padChannels(oddGraph([mean, node('flat', 'Flatten', ['mean'])], 64), 16)
    expect(padded.map(({ name }) => name)).toEqual(['expand'])
  })

  it('returns the graph itself where nothing is odd', () => {
    const { graph } = padChannels(pooled, 16)
    expect(padChannels(graph, 16)).toEqual({ graph, padded: [], unsafe: [] })
  })
})
