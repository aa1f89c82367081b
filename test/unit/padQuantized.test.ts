import { describe, expect, it } from 'vitest'
import { padChannels } from '../../src/core/deploy/padChannels'
import { integerForm } from '../../src/core/deploy/integerForm'
import type { Graph } from '../../src/core/graph/graph'
import type { TensorData } from '../../src/core/graph/tensorData'
import { adviceOf } from '../../src/core/layers/advice'
import { writeOnnx } from '../../src/core/onnx/index'
import { unfusedOperators } from '../../src/node/inference/unfusedOperators'
import { answers, pooled, quantized, windows } from '../helpers/oddNetwork'

/** Pairs that can leave 16 bits in the order of the file. */
const pairsOf = (graph: Graph): number => integerForm(graph, { saturates: true })?.pairs ?? NaN

describe.each(['int8', 'uint8'] as const)('padding the channels of a quantized network with %s weights', (weight) => {
  it('fills integers, scales and zero points, and answers bit for bit the same', async () => {
    const graph = await quantized(pooled, weight)
    const { graph: filled, padded } = padChannels(graph, 16)
    expect(padded).toEqual([
      { name: 'stem/image', from: 3, to: 4 },
      { name: 'stem', from: 7, to: 16 },
      { name: 'expand', from: 19, to: 32 },
    ])
    expect(filled.inputs).toEqual(graph.inputs)
    const widths = (name: string): readonly number[] | undefined => filled.initializers.get(name)?.shape
    expect([widths('depthwise.w/quantized'), widths('depthwise.w/scale'), widths('depthwise.w/zero_point')]).toEqual([
      [32, 1, 3, 3],
      [32],
      [32],
    ])
    expect(widths('head.w/quantized')).toEqual([5, 16])
    expect(widths('stem.w/quantized')).toEqual([16, 4, 3, 3])
    const [before, after] = [await answers(graph), await answers(filled)]
    expect(new Set(before).size).toBeGreaterThan(2)
    expect([...after]).toEqual([...before])
    const { operators, unfused } = await unfusedOperators(writeOnnx(filled))
    expect(unfused).toEqual([])
    expect(operators).toEqual({ ...(await unfusedOperators(writeOnnx(graph))).operators, Pad: 1 })
  })

  it('fills the images alone where every layer is even', async () => {
    const { graph: even } = padChannels(pooled, 16)
    const graph = await quantized(even, weight)
    const { graph: filled, padded } = padChannels(graph, 16)
    expect(padded).toEqual([{ name: 'stem/image', from: 3, to: 4 }])
    expect([...(await answers(filled))]).toEqual([...(await answers(graph))])
    expect(padChannels(filled, 16)).toEqual({ graph: filled, padded: [], unsafe: [] })
    const facts = { operators: [{ op: 'QLinearConv', calls: 4, ms: 1 }], unfused: [], isQuantized: true }
    expect(adviceOf(graph, facts)).toEqual([
      expect.stringMatching(/^the first convolution reads images with 3 channels/),
    ])
    expect(adviceOf(filled, facts)).toEqual([])
  })

  it('leaves it as it is where zero is not one integer', async () => {
    const graph = await quantized(pooled, weight)
    const points = graph.initializers.get('expand.w/zero_point') as TensorData
    const shifted = { ...points, data: points.data.map((point, channel) => point + (channel === 3 ? 1 : 0)) }
    const uneven = { ...graph, initializers: new Map(graph.initializers).set('expand.w/zero_point', shifted) }
    expect(padChannels(uneven, 16)).toEqual({ graph: uneven, padded: [], unsafe: [] })
  })
})

describe('padding the channels of a network whose products could saturate', () => {
  it('saturates in no order of the file where weights are kept from it, and answers bit for bit the same', async () => {
    const graph = await quantized(windows, 'int8', 'pairAware')
    const { graph: filled, padded, unsafe } = padChannels(graph, 16)
    expect(unsafe).toEqual([])
    expect(padded.map(({ name }) => name)).toEqual(['stem/image', 'stem', 'second'])
    expect([pairsOf(graph), pairsOf(filled)]).toEqual([0, 0])
    expect([...(await answers(filled))]).toEqual([...(await answers(graph))])
  })

  it('leaves layers alone that would saturate in other places, and answers bit for bit the same', async () => {
    const graph = await quantized(windows, 'int8', 'full')
    const { graph: filled, padded, unsafe } = padChannels(graph, 16)
    expect(unsafe).toEqual(['stem', 'second'])
    expect(padded.map(({ name }) => name)).toEqual(['second'])
    expect(pairsOf(graph)).toBeGreaterThan(0)
    expect(pairsOf(filled)).toBe(pairsOf(graph))
    expect([...(await answers(filled))]).toEqual([...(await answers(graph))])
  })
})
