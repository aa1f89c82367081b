import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/data/random'
import type { Graph, Node } from '../../src/core/graph/graph'
import { assertMasksFit } from '../../src/core/graph/masks'
import { floatTensor, intTensor, sizeOf } from '../../src/core/graph/tensorData'
import { macs } from '../../src/core/measure/macs'
import { parameterStatistics } from '../../src/core/measure/parameterStatistics'
import { architectures } from '../../src/core/architectures/index'
import { writeOnnx } from '../../src/core/onnx'
import { checkPruneConfig } from '../../src/core/prune/checkConfig'
import { pruneConfig, pruneMethods } from '../../src/core/prune/config'
import { cut, zeroed } from '../../src/core/prune/cut'
import { dependencyGraph } from '../../src/core/prune/dependencyGraph'
import type { DependencyGraph } from '../../src/core/prune/dependencyGraph'
import { importances } from '../../src/core/prune/importances/index'
import { weightLayers } from '../../src/core/prune/layers'
import { parseAs } from '../../src/shared/parse'
import { prunePattern } from '../../src/core/prune/nm'
import { pruneSchedules } from '../../src/core/prune/schedules/index'
import { unitScores } from '../../src/core/prune/scores'
import { chooseUnits, tolerance } from '../../src/core/prune/structured'
import type { StructuredConfig } from '../../src/core/prune/structured'
import { pruneUnstructured } from '../../src/core/prune/unstructured'
import type { UnstructuredConfig } from '../../src/core/prune/unstructured'
import { relativeError, runtimeLogits } from '../golden/onnxRun'
import { atLeast } from '../../src/shared/atLeast'

const mobilenet = (): Graph => architectures.get('mobilenet-v2').build({ classes: 10, size: 32, width: 0.5 }, 1)
const l1 = importances.get('l1')

const unstructured: UnstructuredConfig = { amount: 0.7, scope: 'local', protect: [], layerAmounts: {}, seed: 0 }
const zeroShare = (graph: Graph, named: (name: string) => boolean = () => true): number => {
  const layers = weightLayers(graph).filter(({ node }) => named(node.name))
  const zeros = layers.reduce(
    (sum, { weight }) => sum + Float32Array.from(weight.data).reduce((count, value) => count + Number(value === 0), 0),
    0,
  )
  return zeros / layers.reduce((sum, { weight }) => sum + weight.data.length, 0)
}

describe('unstructured', () => {
  it.each(['local', 'global'] as const)('%s: the amount is the share of zeros among all weights', (scope) => {
    for (const amount of [0.3, 0.7, 0.95])
      expect(zeroShare(pruneUnstructured(mobilenet(), l1, { ...unstructured, amount, scope }))).toBeCloseTo(amount, 4)
  })

  it.each(['local', 'global'] as const)('%s: what protected layers do not give is taken from the others', (scope) => {
    const protect = ['features.18', 'classifier.1']
    const graph = pruneUnstructured(mobilenet(), l1, { ...unstructured, scope, amount: 0.4, protect })
    expect(zeroShare(graph)).toBeCloseTo(0.4, 4)
    expect(zeroShare(graph, (name) => name.startsWith('features.18.') || name === 'classifier.1')).toBe(0)
  })

  it('takes the smallest weights of each layer', () => {
    const before = mobilenet()
    const after = pruneUnstructured(before, l1, unstructured)
    for (const { name, weight } of weightLayers(before)) {
      const mask = after.masks.get(name) ?? new Uint8Array()
      const sizes = Float32Array.from(weight.data, Math.abs)
      const largestGone = sizes.reduce((most, size, index) => (mask[index] === 0 ? Math.max(most, size) : most), 0)
      expect(sizes.every((size, index) => mask[index] === 0 || size >= largestGone)).toBe(true)
    }
  })

  it('gives single layers an amount of their own', () => {
    const graph = pruneUnstructured(mobilenet(), l1, {
      ...unstructured,
      amount: 0.5,
      layerAmounts: { 'features.18.0': 0.9 },
    })
    expect(zeroShare(graph, (name) => name === 'features.18.0')).toBeCloseTo(0.9, 3)
    expect(zeroShare(graph)).toBeCloseTo(0.5, 4)
  })

  it('keeps earlier zeros and counts them', () => {
    const first = pruneUnstructured(mobilenet(), importances.get('random'), { ...unstructured, amount: 0.3 })
    const second = pruneUnstructured(first, l1, { ...unstructured, amount: 0.6 })
    for (const [name, mask] of first.masks)
      mask.forEach((keep, index) => keep === 0 && expect(second.masks.get(name)?.[index]).toBe(0))
    expect(zeroShare(second)).toBeCloseTo(0.6, 4)
  })

  it.each([
    {
      name: 'an amount that leaves nothing',
      config: { amount: 0.999 },
      says: /amount 0.999 would empty layers such as 'features/,
    },
    {
      name: 'a layer of its own emptied',
      config: { layerAmounts: { 'features.18.0': 1 } },
      says: /1 would empty layer 'features\.18\.0'/,
    },
    {
      name: 'an unknown layer',
      config: { protect: ['stem'] },
      says: /protect: no layer named 'stem': expected one of features\.0\.0, /,
    },
  ])('refuses $name', ({ config, says }) => {
    expect(() => pruneUnstructured(mobilenet(), l1, { ...unstructured, ...config })).toThrow(says)
  })

  it('refuses a mask of another shape', () => {
    const graph = mobilenet()
    expect(() =>
      assertMasksFit({ ...graph, masks: new Map([['features.0.0.weight', new Uint8Array(5)]]) }, 'test'),
    ).toThrow(/mask of 'features\.0\.0\.weight': expected the shape of its weight, \[16, 3, 3, 3\], got 5/)
  })
})

describe('N:M', () => {
  it('keeps two of every four weights along the inputs', () => {
    const graph = prunePattern(mobilenet(), l1, { keep: 2, of: 4 }, [], 0)
    for (const { name, weight } of weightLayers(graph).filter(({ weight: { shape } }) => shape[1]! >= 4)) {
      const [out, inputs, ...kernel] = atLeast(2, weight.shape)
      const inner = sizeOf(kernel)
      for (let filter = 0; filter < out; filter++)
        for (let place = 0; place < inner; place++)
          for (let input = 0; input + 4 <= inputs; input += 4) {
            const kept = [0, 1, 2, 3].reduce(
              (sum, step) => sum + (graph.masks.get(name)?.[(filter * inputs + input + step) * inner + place] ?? 0),
              0,
            )
            if (kept !== 2) expect({ name, filter, place, input, kept }).toBe('two kept')
          }
    }
    expect(
      weightLayers(graph)
        .filter(({ weight: { shape } }) => shape[1] === 1)
        .every(({ name }) => !graph.masks.has(name)),
    ).toBe(true)
  })

  it.each(['4:2', '2-4', '0:4', '4:4'])('refuses %s', (nm) =>
    expect(() => parseAs(pruneConfig, { nm }, 'prune')).toThrow(/^prune: field 'nm.*/),
  )
})

describe('schedules', () => {
  it.each(pruneSchedules.list())('$id rises to the whole amount', ({ share }) => {
    const shares = [1, 2, 3, 4].map((step) => share(step, 4))
    expect(shares.at(-1)).toBe(1)
    shares.forEach((value, index) => expect(value).toBeGreaterThanOrEqual(shares[index - 1] ?? 0))
  })

  it('cubic takes most at first', () => expect(pruneSchedules.get('cubic').share(1, 4)).toBeCloseTo(1 - 0.75 ** 3))
})

const structured: StructuredConfig = { scope: 'local', roundTo: 8, minChannels: 8, protect: [], pruningRatio: {} }
const costs = { macs, params: (graph: Graph) => parameterStatistics(graph).totalParams }
const chosen = (
  graph: Graph,
  config: Partial<StructuredConfig>,
  target?: { name: keyof typeof costs; keep: number },
  importance = l1,
) => {
  const dependencies = dependencyGraph(graph)
  const cost = target && { ...target, cost: costs[target.name], whole: costs[target.name](graph) }
  const choice = chooseUnits(dependencies, unitScores(dependencies, importance, 0), { ...structured, ...config }, cost)
  return { dependencies, choice, graph: cut(dependencies, choice.removed) }
}

describe('structured', () => {
  it.each(['local', 'global'] as const)('%s: what is kept lies within the tolerance of what was asked for', (scope) => {
    const graph = architectures.get('mobilenet-v2').build({ classes: 10, size: 32 }, 1)
    for (const name of ['macs', 'params'] as const)
      for (const keep of [0.9, 0.7, 0.5, 0.3, 0.15]) {
        const result = chosen(graph, { scope }, { name, keep })
        const kept = costs[name](result.graph) / costs[name](graph)
        expect(kept).toBeCloseTo(result.choice.kept, 6)
        expect(kept).toBeLessThanOrEqual(keep + tolerance.above)
        expect(kept).toBeGreaterThanOrEqual(keep - tolerance.below)
      }
  })

  it('rounds to multiples of 8, of 16 in wide layers, and keeps the floor', () => {
    const { choice } = chosen(
      architectures.get('mobilenet-v2').build({ classes: 10, size: 32 }, 1),
      {},
      { name: 'macs', keep: 0.2 },
    )
    for (const [group, count] of choice.counts) {
      expect(count % 8, group.name).toBe(0)
      expect(count, group.name).toBeGreaterThanOrEqual(8)
      if (count > 72 && count < group.units.length) expect(count % 16, group.name).toBe(0)
    }
  })

  it('leaves protected layers whole', () => {
    const { graph } = chosen(mobilenet(), { protect: ['features.18'] }, { name: 'macs', keep: 0.6 })
    expect(weightLayers(graph).find(({ node }) => node.name === 'features.18.0')?.weight.shape[0]).toBe(1280)
  })

  it('removes a ratio of single layers', () => {
    const { graph } = chosen(mobilenet(), { pruningRatio: { 'features.18.0': 0.5 } })
    expect(weightLayers(graph).find(({ node }) => node.name === 'features.18.0')?.weight.shape[0]).toBe(640)
    expect(weightLayers(graph).find(({ node }) => node.name === 'classifier.1')?.weight.shape).toEqual([10, 640])
  })

  it.each<{ name: string; config: Partial<StructuredConfig>; keep?: number; says: RegExp }>([
    {
      name: 'a group that reaches the output',
      config: { pruningRatio: { 'classifier.1': 0.5 } },
      says: /layer 'classifier\.1' cannot be pruned: its channels are the model's output/,
    },
    {
      name: 'a ratio that would empty a layer',
      config: { pruningRatio: { 'features.18.0': 1 } },
      says: /1 would empty layer 'features\.18\.0' of 1280 channels/,
    },
    { name: 'a target out of reach', config: {}, keep: 0.001, says: /keep macs=0\.001: .* only values from \d/ },
  ])('refuses $name', ({ config, keep, says }) => {
    expect(() => chosen(mobilenet(), config, keep === undefined ? undefined : { name: 'macs', keep })).toThrow(says)
  })

  it('cuts masks with their weights', () => {
    const masked = pruneUnstructured(mobilenet(), l1, unstructured)
    const { graph } = chosen(masked, {}, { name: 'macs', keep: 0.5 })
    expect(graph.masks.size).toBe(masked.masks.size)
    for (const [name, mask] of graph.masks) {
      const { data } = graph.initializers.get(name) ?? { data: [] }
      expect(mask.length).toBe(data.length)
      mask.forEach((keep, index) => keep === 0 && expect(data[index]).toBe(0))
    }
  })
})

/** A network around one node: convolution, the node, convolution, mean, classifier. */
function around(
  between: readonly Node[],
  output: string,
  channels: number,
  constants: Graph['initializers'] = new Map(),
  outChannels = channels,
): Graph {
  const random = createRandom(4)
  const weight = (...shape: readonly number[]) =>
    floatTensor(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    )
  const conv = (name: string, x: string): Node => ({
    name,
    op: 'Conv',
    inputs: [x, `${name}.w`],
    outputs: [`${name}.y`],
    attributes: { kernel_shape: [1, 1] },
  })
  return {
    name: 'around',
    inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 3, 6, 6] }],
    outputs: [{ name: 'scores', dtype: 'float32', shape: ['batch', 5] }],
    nodes: [
      conv('first', 'x'),
      ...between,
      conv('last', output),
      { name: 'pool', op: 'GlobalAveragePool', inputs: ['last.y'], outputs: ['pooled'], attributes: {} },
      { name: 'flat', op: 'Flatten', inputs: ['pooled'], outputs: ['flat'], attributes: {} },
      {
        name: 'head',
        op: 'Gemm',
        inputs: ['flat', 'head.w', 'head.b'],
        outputs: ['scores'],
        attributes: { transB: 1 },
      },
    ],
    initializers: new Map([
      ['first.w', weight(channels, 3, 1, 1)],
      ['last.w', weight(12, outChannels, 1, 1)],
      ['head.w', weight(5, 12)],
      ['head.b', weight(5)],
      ...constants,
    ]),
    masks: new Map(),
    qparams: new Map(),
    metadata: {},
  }
}

const everyThird = ({ groups }: DependencyGraph): ReadonlySet<number> =>
  new Set(
    groups
      .filter(({ blocked }) => blocked === undefined)
      .flatMap(({ units }) => units.filter((_, index) => index % 3 === 1).map(({ id }) => id)),
  )

/** Convolution, a plane flattened in the given way, classifier. */
function flattened(nodes: readonly Node[], constants: Graph['initializers'] = new Map()): Graph {
  const graph = around([], 'first.y', 12)
  const random = createRandom(5)
  const head = floatTensor(
    [5, 12 * 36],
    Float32Array.from({ length: 60 * 36 }, () => random.normal()),
  )
  const [first] = atLeast(1, graph.nodes)
  const last = graph.nodes[graph.nodes.length - 1]!
  return {
    ...graph,
    nodes: [first, ...nodes, last],
    initializers: new Map([...graph.initializers, ['head.w', head], ...constants]),
  }
}

describe('couplings', () => {
  const node = (
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Node['attributes'] = {},
  ): Node => ({ name: op.toLowerCase(), op, inputs, outputs, attributes })
  const grouped = floatTensor(
    [16, 4, 3, 3],
    Float32Array.from({ length: 16 * 36 }, (_, index) => Math.sin(index)),
  )
  const multiplied = floatTensor(
    [24, 1, 3, 3],
    Float32Array.from({ length: 216 }, (_, index) => Math.cos(index)),
  )
  const window = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }
  const cases: readonly { readonly name: string; readonly graph: Graph; readonly opens: number }[] = [
    {
      name: 'grouped convolution',
      graph: around(
        [node('Conv', ['first.y', 'g'], ['y'], { ...window, group: 3 })],
        'y',
        12,
        new Map([['g', floatTensor([12, 4, 3, 3], grouped.data.slice(0, 432))]]),
      ),
      opens: 3,
    },
    {
      name: 'depthwise convolution with a multiplier',
      graph: around(
        [node('Conv', ['first.y', 'm'], ['y'], { ...window, group: 12 })],
        'y',
        12,
        new Map([['m', multiplied]]),
        24,
      ),
      opens: 2,
    },
    {
      name: 'PRelu',
      graph: around(
        [node('PRelu', ['first.y', 's'], ['y'])],
        'y',
        12,
        new Map([
          [
            's',
            floatTensor(
              [12, 1, 1],
              Float32Array.from({ length: 12 }, (_, index) => index / 10),
            ),
          ],
        ]),
      ),
      opens: 2,
    },
    {
      name: 'uneven Split and Concat in another order',
      graph: around(
        [
          node('Split', ['first.y', 'sizes'], ['a', 'b', 'c'], { axis: 1 }),
          node('Concat', ['c', 'a', 'b'], ['y'], { axis: 1 }),
        ],
        'y',
        12,
        new Map([['sizes', intTensor([5, 4, 3])]]),
      ),
      opens: 2,
    },
    {
      name: 'Slice',
      graph: around(
        [node('Slice', ['first.y', 'from', 'to', 'axis'], ['y'])],
        'y',
        12,
        new Map([
          ['from', intTensor([2])],
          ['to', intTensor([-3])],
          ['axis', intTensor([1])],
        ]),
        7,
      ),
      opens: 2,
    },
    {
      name: 'Gather',
      graph: around(
        [node('Gather', ['first.y', 'order'], ['y'], { axis: 1 })],
        'y',
        12,
        new Map([['order', intTensor([3, 0, -1, 5, 7])]]),
        5,
      ),
      opens: 2,
    },
    {
      name: 'a constant by channel',
      graph: around(
        [node('Mul', ['first.y', 'k'], ['y'])],
        'y',
        12,
        new Map([
          [
            'k',
            floatTensor(
              [12, 1, 1],
              Float32Array.from({ length: 12 }, (_, index) => index + 1),
            ),
          ],
        ]),
      ),
      opens: 2,
    },
    {
      name: 'a plane flattened into a linear layer',
      graph: flattened([node('Flatten', ['first.y'], ['flat'], { axis: 1 })]),
      opens: 1,
    },
    {
      name: 'a plane reshaped to a fixed size',
      graph: flattened([node('Reshape', ['first.y', 'to'], ['flat'])], new Map([['to', intTensor([-1, 432])]])),
      opens: 1,
    },
    {
      name: 'a plane with its channels last',
      graph: flattened(
        [node('Transpose', ['first.y'], ['t'], { perm: [0, 2, 3, 1] }), node('Reshape', ['t', 'to'], ['flat'])],
        new Map([['to', intTensor([0, -1])]]),
      ),
      opens: 1,
    },
    {
      name: 'a sum with itself shifted',
      graph: around(
        [node('Gather', ['first.y', 'order'], ['z'], { axis: 1 }), node('Add', ['z', 'first.y'], ['y'])],
        'y',
        12,
        new Map([['order', intTensor([1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10])]]),
      ),
      opens: 2,
    },
  ]

  it.each(cases)('$name', async ({ graph, opens }) => {
    const dependencies = dependencyGraph(graph)
    expect(dependencies.groups.filter(({ blocked }) => blocked === undefined)).toHaveLength(opens)
    const removed = everyThird(dependencies)
    const random = createRandom(1)
    const images = { shape: [3, 3, 6, 6], data: Float32Array.from({ length: 324 }, () => random.normal()) }
    const smaller = cut(dependencies, removed)
    expect(parameterStatistics(smaller).totalParams).toBeLessThan(parameterStatistics(graph).totalParams)
    expect(
      relativeError(
        await runtimeLogits(writeOnnx(smaller), images),
        await runtimeLogits(writeOnnx(zeroed(dependencies, removed)), images),
      ),
    ).toBeLessThan(1e-4)
  })

  it.each([
    {
      name: 'LRN',
      between: [node('LRN', ['first.y'], ['y'], { size: 3 })],
      says: /node 'lrn' \(LRN\) couples channels in an unsupported way/,
    },
    {
      name: 'Softmax over channels',
      between: [node('Softmax', ['first.y'], ['y'], { axis: 1 })],
      says: /node 'softmax' \(Softmax\)/,
    },
    {
      name: 'a mean over channels',
      between: [node('ReduceMean', ['first.y'], ['z'], { axes: [1] }), node('Mul', ['first.y', 'z'], ['y'])],
      says: /node 'reducemean' \(ReduceMean\)/,
    },
    {
      name: 'a sum with the image',
      between: [node('Add', ['first.y', 'x'], ['y'])],
      says: /its channels meet the model's input 'x'/,
      channels: 3,
    },
  ])('$name keeps its group whole and says why', ({ between, says, channels = 12 }) => {
    const { groups } = dependencyGraph(around(between, 'y', channels))
    expect(groups.find(({ name }) => name === 'first')?.blocked).toMatch(says)
    expect(groups.find(({ name }) => name === 'last')?.blocked).toBeUndefined()
  })
})

describe('importances', () => {
  const scored = (id: string, weight: readonly number[], extra = {}) => [
    ...importances.get(id).slices({
      node: { name: 'n', op: 'Conv', inputs: [], outputs: [], attributes: {} },
      weight: floatTensor([3, 2, 1, 1], weight),
      axis: 0,
      normFactors: undefined,
      normScales: undefined,
      saliencies: undefined,
      random: createRandom(0),
      ...extra,
    }),
  ]

  it('l1 sums absolute weights, times the normalization that follows', () => {
    expect(scored('l1', [1, -2, 0, 0, 3, 1])).toEqual([3, 0, 4])
    expect(scored('l1', [1, -2, 0, 0, 3, 1], { normFactors: Float64Array.of(2, 1, 0.5) })).toEqual([6, 0, 2])
  })
  it('l2 is the length of the filter', () => expect(scored('l2', [3, -4, 0, 0, 0, 2])).toEqual([5, 0, 2]))
  it('fpgm finds the filter that the others can replace', () => {
    const scores = scored('fpgm', [1, 0, 1.1, 0, -5, 2])
    expect(scores.indexOf(Math.max(...scores))).toBe(2)
  })
  it('random is seeded', () =>
    expect(scored('random', [1, 2, 3, 4, 5, 6])).toEqual(scored('random', [1, 2, 3, 4, 5, 6])))
  it('bn-scale needs a normalization', () =>
    expect(() => scored('bn-scale', [1, 2, 3, 4, 5, 6])).toThrow(/no batch normalization follows node 'n'/))
  it('makes a method of each, single weights where it can', () => {
    expect(pruneMethods).toContain('taylor-structured')
    expect(pruneMethods).not.toContain('fpgm-unstructured')
  })
})

describe('what is asked for', () => {
  it.each([
    { given: {}, says: /expected amount, such as 0\.7, or nm/ },
    { given: { amount: 0.5, nm: '2:4' }, says: /expected either nm or amount/ },
    {
      given: { amount: 0.5, keep: 'macs=0.5' },
      says: /removes individual weights: expected amount or nm, got keep macs=0\.5/,
    },
    { given: { method: 'l1-structured', amount: 0.5 }, says: /removes channels: expected keep, such as macs=0\.5/ },
    { given: { method: 'l1-structured' }, says: /expected keep, such as macs=0\.5, or pruningRatio/ },
  ])('refuses $given', ({ given, says }) => expect(() => checkPruneConfig(pruneConfig.parse(given))).toThrow(says))

  it.each(['macs=0', 'macs=1', 'flops=0.5', 'macs=-1', { target: 'flops', share: 0.5 }, { target: 'macs', share: 2 }])(
    'refuses keep %s',
    (keep) => expect(pruneConfig.safeParse({ keep }).success).toBe(false),
  )

  it.each([
    { short: { keep: 'macs=0.5' }, parts: { keep: { target: 'macs', share: 0.5 } } },
    { short: { nm: '2:4' }, parts: { nm: { keep: 2, of: 4 } } },
  ])('reads $short as its parts, which may be given too', ({ short, parts }) => {
    expect(pruneConfig.parse(short)).toMatchObject(parts)
    expect(pruneConfig.parse(parts)).toMatchObject(parts)
  })
})
