import { describe, expect, it } from 'vitest'
import { padChannels } from '../../src/core/deploy/padChannels'
import { withFullBiases } from '../../src/core/passes/fullBiases'
import { correctBias } from '../../src/core/quantize/biasCorrection'
import type { LayerObservation } from '../../src/core/quantize/layers'
import { prepare } from '../../src/core/quantize/ptq'
import type { Graph } from '../../src/core/graph/graph'
import { floatTensor } from '../../src/core/graph/tensorData'
import { answers, node, oddGraph, pooled } from '../helpers/oddNetwork'

/** The head with a bias of another shape. */
const withHeadBias = (shape: readonly number[], values: readonly number[]): Graph => ({
  ...pooled,
  initializers: new Map(pooled.initializers).set('head.b', floatTensor(shape, values)),
})

describe('a bias of a classifier', () => {
  it.each([
    { name: 'one number', shape: [1], values: [0.5], full: [0.5, 0.5, 0.5, 0.5, 0.5] },
    { name: 'a number without axes', shape: [], values: [0.5], full: [0.5, 0.5, 0.5, 0.5, 0.5] },
    { name: 'a row', shape: [1, 5], values: [1, 2, 3, 4, 5], full: [1, 2, 3, 4, 5] },
  ])('$name becomes one number an output, and the scores stay', async ({ shape, values, full }) => {
    const graph = withHeadBias(shape, values)
    const filled = withFullBiases(graph)
    const bias = filled.nodes.at(-1)?.inputs[2] ?? ''
    expect(filled.initializers.get(bias)).toEqual(floatTensor([5], full))
    expect([...(await answers(filled))]).toEqual([...(await answers(graph))])
  })

  it('of one number is moved for every output when biases are corrected', () => {
    const { graph } = prepare(withHeadBias([1], [0.5]), { keepFp32: [], foldBatchNorm: true, endLayers: 'int8' })
    const head = graph.nodes.at(-1)
    if (!head) throw new Error('expected a head')
    const sample = (means: readonly number[]) => ({ means: Float64Array.from(means) })
    const observation = { node: head, target: sample([1, 2, 3, 4, 5]), actual: sample([0, 0, 0, 0, 0]) }
    const corrected = correctBias(graph, observation as LayerObservation)
    expect(corrected.initializers.get(head.inputs[2] ?? '')).toEqual(floatTensor([5], [1.5, 2.5, 3.5, 4.5, 5.5]))
  })

  it('stays the one that it is where it has that form', () => expect(withFullBiases(pooled)).toBe(pooled))
})

it('the bias of a single channel grows with it', async () => {
  const graph = oddGraph(
    [
      { ...node('single', 'Conv', ['sum', 'single.w', 'single.b'], { kernel_shape: [1, 1] }) },
      node('again', 'Conv', ['single', 'again.w'], { kernel_shape: [1, 1] }),
      node('pool', 'GlobalAveragePool', ['again']),
      node('flat', 'Flatten', ['pool']),
    ],
    7,
  )
  const single: Graph = {
    ...graph,
    initializers: new Map([
      ...graph.initializers,
      ['single.w', floatTensor([1, 7, 1, 1], [1, -2, 3, 1, 0.5, -1, 2])],
      ['single.b', floatTensor([1], [0.25])],
      ['again.w', floatTensor([7, 1, 1, 1], [1, 2, 3, -4, 5, 6, -7])],
    ]),
  }
  const { graph: filled, padded } = padChannels(single, 16)
  expect(padded).toContainEqual({ name: 'single', from: 1, to: 16 })
  expect(filled.initializers.get('single.b')?.shape).toEqual([16])
  const [before, after] = [await answers(single), await answers(filled)]
  expect(new Set(before).size).toBeGreaterThan(2)
  after.forEach((score, index) => expect(score).toBeCloseTo(before[index] ?? NaN, 3))
})
