import { describe, expect, it } from 'vitest'
import { withRoomForNames } from '../../src/core/quantize/roomForNames'
import type { Graph, Node } from '../../src/core/graph/graph'
import { floatTensor } from '../../src/core/graph/tensorData'
import { answers, node, pooled, quantized } from '../helpers/oddNetwork'

/** The int8 form gives the float scores, but for rounding. */
async function expectSameScores(graph: Graph): Promise<void> {
  const [float, int8] = [await answers(graph), await answers(await quantized(graph, 'int8'))]
  const largest = float.reduce((most, score) => Math.max(most, Math.abs(score)), 0)
  expect(new Set(float).size).toBeGreaterThan(2)
  int8.forEach((score, index) => expect(Math.abs(score - (float[index] ?? NaN))).toBeLessThan(0.1 * largest))
}

describe('a clamp on the images', () => {
  /** The network behind another first node. */
  const behind = (first: Node): Graph => ({
    ...pooled,
    nodes: [
      first,
      ...pooled.nodes.map((each) => ({
        ...each,
        inputs: each.inputs.map((value) => (value === 'x' ? first.name : value)),
      })),
    ],
    initializers: new Map([...pooled.initializers, ['low', floatTensor([], [0])], ['high', floatTensor([], [0.5])]]),
  })

  it.each([node('first', 'Relu', ['x']), node('first', 'Clip', ['x', 'low', 'high'])])(
    'is quantized behind $op',
    async (first) => expectSameScores(behind(first)),
  )
})

/** The network with other names of values and nodes. */
function renamed(names: Readonly<Record<string, string>>): Graph {
  const of = (name: string): string => names[name] ?? name
  return {
    ...pooled,
    nodes: pooled.nodes.map((each) => ({
      ...each,
      name: of(each.name),
      inputs: each.inputs.map(of),
      outputs: each.outputs.map(of),
    })),
    initializers: new Map([...pooled.initializers].map(([name, tensor]) => [of(name), tensor])),
  }
}

describe('names that the int8 file would add', () => {
  it.each<{ readonly name: string; readonly names: Readonly<Record<string, string>> }>([
    { name: 'a bias that is called after its layer', names: { 'stem.b': 'stem/bias' } },
    {
      name: 'values that are called after one that is quantized',
      names: { relu: 'expand/quantized', sum: 'stem/scale' },
    },
    { name: 'a value that is called after the images', names: { sigmoid: 'x/dequantized', project: 'x/quantized' } },
    { name: 'parameters that are called after the scores', names: { 'head.w': 'head/bias/zero_point' } },
  ])('$name', async ({ names }) => expectSameScores(renamed(names)))

  it('are kept from everything but inputs and outputs', () => {
    const graph = withRoomForNames(renamed({ 'stem.b': 'stem/bias', stem: 'x/quantized' }))
    expect(graph.nodes[0]).toMatchObject({ name: 'x/quantized_1', inputs: ['x', 'stem.w', 'stem/bias'] })
    expect(withRoomForNames(renamed({ 'stem.b': 'stem/bias' })).nodes[0]?.inputs).toEqual([
      'x',
      'stem.w',
      'stem/bias_1',
    ])
  })

  it('change nothing where they are free', () => expect(withRoomForNames(pooled)).toBe(pooled))
})
