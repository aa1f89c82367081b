import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Graph, Node } from '../../src/core/graph/graph'
import { partOf, segments } from '../../src/core/graph/segments'
import { floatTensor } from '../../src/core/graph/tensorData'
import { compareScores } from '../../src/core/measure/compareScores'
import { learnRounding } from '../../src/core/quantize/adaround/learnRounding'
import { momentsOf } from '../../src/core/quantize/adaround/moments'
import type { MatMul } from '../../src/core/quantize/adaround/moments'
import { inputRows } from '../../src/core/quantize/adaround/patches'
import { createErrorMeter } from '../../src/core/quantize/analysis/errorMeter'
import { hintFor } from '../../src/core/quantize/analysis/hint'
import type { LayerAnalysis } from '../../src/shared/types'
import { correctBias } from '../../src/core/quantize/biasCorrection'
import { calibrationWarnings, createCalibrationInspector } from '../../src/core/quantize/calibrationImages'
import { goalConfig, imagesToDecide, missedGoals } from '../../src/core/quantize/goal'
import { createLayerSampler } from '../../src/core/quantize/layerSamples'
import type { LayerSample } from '../../src/core/quantize/layerSamples'
import { int8Symmetric } from '../../src/core/fakeQuant/grid'
import { channelQParams } from '../../src/core/fakeQuant/qparams'
import { quantize } from '../../src/core/fakeQuant/quantize'
import { rangeOf } from '../../src/core/fakeQuant/range'
import { reestimateNorm } from '../../src/core/quantize/normReestimation'
import { largestPair, pairsAtRisk, withoutSaturation } from '../../src/core/quantize/saturation'
import { pairsInAllOrders, weightPairs } from '../../src/core/quantize/weightPairs'
import type { WeightPairs } from '../../src/core/quantize/weightPairs'
import { otherCpuWarning } from '../../src/core/quantize/otherCpu'
import { scaleSpread } from '../../src/core/quantize/scaleSpread'
import { atLeast } from '../../src/shared/atLeast'

let counter = 0
const noise = (): number => (Math.imul(++counter, 2654435761) >>> 0) / 2 ** 32 - 0.5
const random = (length: number): Float32Array => Float32Array.from({ length }, noise)
const node = (op: string, name: string, inputs: readonly string[], attributes: Node['attributes'] = {}): Node => ({
  name,
  op,
  inputs,
  outputs: [name],
  attributes,
})

/** conv → relu → (conv + identity) → conv. */
function residualGraph(): Graph {
  return {
    name: 'residual',
    inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 2, 4, 4] }],
    outputs: [{ name: 'd', dtype: 'float32', shape: ['batch', 2, 4, 4] }],
    nodes: [
      node('Conv', 'a', ['x', 'wa', 'ba']),
      node('Relu', 'r', ['a']),
      node('Conv', 'b', ['r', 'wb', 'bb']),
      node('Add', 's', ['b', 'r']),
      node('Conv', 'd', ['s', 'wd', 'bd']),
    ],
    initializers: new Map(
      ['a', 'b', 'd'].flatMap(
        (name) =>
          [
            [`w${name}`, floatTensor([2, 2, 1, 1], random(4))],
            [`b${name}`, floatTensor([2], random(2))],
          ] as const,
      ),
    ),
    masks: new Map(),
    qparams: new Map(),
    metadata: {},
  }
}

describe('segments', () => {
  it('cuts a chain and keeps a residual block whole', () => {
    const graph = residualGraph()
    const found = segments(graph, (value) => ['r', 's', 'b'].includes(value))
    expect(found.map(({ input, output }) => [input, output])).toEqual([
      ['x', 'r'],
      ['r', 's'],
      ['s', 'd'],
    ])
    expect(found.flatMap(({ nodes }) => nodes)).toEqual(graph.nodes)
  })

  it('takes what an inner value needs, and nothing else', () => {
    const graph = residualGraph()
    const part = partOf(graph, segments(graph, (value) => value === 's')[0]!, ['r'], [1, 2, 4, 4])
    expect(part.nodes.map(({ name }) => name)).toEqual(['a', 'r'])
    expect([...part.initializers.keys()].sort()).toEqual(['ba', 'wa'])
  })
})

/** A dot product as vpmaddubsw computes it: sums of two products saturate in 16 bits. */
function saturatingDot(activations: ArrayLike<number>, weights: ArrayLike<number>): number {
  let sum = 0
  for (let k = 0; k + 1 < weights.length; k += 2)
    sum += Math.max(-32768, Math.min(32767, activations[k]! * weights[k]! + activations[k + 1]! * weights[k + 1]!))
  return sum
}
const exactDot = (activations: ArrayLike<number>, weights: ArrayLike<number>): number =>
  Array.from(weights).reduce((sum, weight, k) => sum + activations[k]! * weight, 0)

describe('weights that cannot saturate', () => {
  const pointwise = (weights: Float32Array, outputs: number): { graph: Graph; conv: Node } => {
    const conv = node('Conv', 'conv', ['x', 'w'])
    return {
      conv,
      graph: {
        ...residualGraph(),
        nodes: [conv],
        initializers: new Map([['w', floatTensor([outputs, weights.length / outputs, 1, 1], weights)]]),
      },
    }
  }

  it('give the exact sum for every activation, though full range does not', () => {
    const byte = fc.integer({ min: 0, max: 255 })
    let differing = 0
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
        fc.array(byte, { minLength: 8, maxLength: 8 }),
        (values, activations) => {
          const weights = Float32Array.from(values)
          const { graph, conv } = pointwise(weights, 1)
          const pairs = weightPairs(graph, conv)
          if (!pairs) throw new Error('expected pairs')
          const full = channelQParams([rangeOf(weights)], int8Symmetric, 0)
          const tensor = floatTensor([1, 8, 1, 1], weights)
          const safe = quantize(weights, tensor.shape, withoutSaturation(tensor, full, pairs))
          const risky = quantize(weights, tensor.shape, full)
          if (saturatingDot(activations, risky) !== exactDot(activations, risky)) differing++
          expect(pairsAtRisk(safe, pairs)).toBe(0)
          expect(saturatingDot(activations, safe)).toBe(exactDot(activations, safe))
        },
      ),
      { seed: 5, numRuns: 500 },
    )
    expect(differing).toBeGreaterThan(0)
  })

  it('coarsen only the channel that needs it', () => {
    const weights = Float32Array.of(1, 1, 0.1, 0.1, 1, -1, 0.5, 0.2)
    const { graph, conv } = pointwise(weights, 2)
    const pairs = weightPairs(graph, conv)
    if (!pairs) throw new Error('expected pairs')
    const full = channelQParams(
      [
        { min: 0, max: 1 },
        { min: -1, max: 1 },
      ],
      int8Symmetric,
      0,
    )
    const { scale } = withoutSaturation(floatTensor([2, 4, 1, 1], weights), full, pairs)
    expect(scale[0]).toBeCloseTo(2 / (largestPair - 1), 6)
    expect(scale[1]).toBe(full.scale[1])
  })

  it('pairs input channels at one place of the kernel', () => {
    const conv = node('Conv', 'conv', ['x', 'w'])
    const graph = {
      ...residualGraph(),
      nodes: [conv],
      initializers: new Map([['w', floatTensor([1, 2, 1, 2], [1, 2, 3, 4])]]),
    }
    const pairs = weightPairs(graph, conv)
    expect([[...(pairs?.first ?? [])], [...(pairs?.second ?? [])]]).toEqual([
      [0, 1],
      [2, 3],
    ])
  })

  it('meets other pairs once an odd count of channels is filled: none reaches into the next place of the kernel', () => {
    const conv = node('Conv', 'conv', ['x', 'w'])
    const graph = {
      ...residualGraph(),
      nodes: [conv],
      initializers: new Map([['w', floatTensor([1, 3, 1, 2], random(6))]]),
    }
    const positions = (pairs: WeightPairs | undefined): readonly (readonly number[])[] =>
      [...(pairs?.first ?? [])].map((first, index) => [first, pairs?.second[index] ?? NaN])
    // Channels 0, 1, 2 lie at 0, 2, 4 for the first place of the kernel, and at 1, 3, 5 for the second.
    const [asItIs, filled] = [
      [
        [0, 2],
        [4, 1],
        [3, 5],
      ],
      [
        [0, 2],
        [1, 3],
      ],
    ]
    expect(positions(weightPairs(graph, conv))).toEqual(asItIs)
    expect(positions(pairsInAllOrders(graph, conv))).toEqual([...asItIs, ...filled])
  })

  it('leaves depthwise kernels alone: they multiply in 16 bits', () => {
    const conv = node('Conv', 'conv', ['x', 'w'], { group: 4 })
    expect(
      weightPairs(
        { ...residualGraph(), nodes: [conv], initializers: new Map([['w', floatTensor([4, 1, 3, 3], random(36))]]) },
        conv,
      ),
    ).toBeUndefined()
  })
})

const sampleOf = (values: readonly number[], channels: number): LayerSample => {
  const sampler = createLayerSampler()
  sampler.add(Float32Array.from(values), [1, channels, values.length / channels])
  return sampler.sample()
}

describe('corrections of a layer', () => {
  const base = residualGraph()
  const graph: Graph = {
    ...base,
    qparams: new Map([
      [
        'wa',
        {
          ...channelQParams(
            [
              { min: -1, max: 1 },
              { min: -1, max: 1 },
            ],
            int8Symmetric,
            0,
          ),
        },
      ],
    ]),
  }
  const observation = {
    node: graph.nodes[0]!,
    target: sampleOf([1, 3, 10, 10], 2),
    actual: sampleOf([0, 1, 12, 12], 2),
  }

  it('bias correction moves the means and nothing else', () => {
    const bias = graph.initializers.get('ba')?.data ?? []
    const corrected = correctBias(graph, observation)
    expect(corrected.initializers.get('ba')?.data[0]).toBeCloseTo(bias[0]! + 1.5, 6)
    expect(corrected.initializers.get('ba')?.data[1]).toBeCloseTo(bias[1]! - 2, 6)
    expect(corrected.initializers.get('wa')).toBe(graph.initializers.get('wa'))
  })

  it('norm re-estimation keeps the integers and scales the channel', () => {
    const corrected = reestimateNorm(graph, observation)
    const integers = (g: Graph): ArrayLike<number> =>
      quantize(
        Float32Array.from(g.initializers.get('wa')?.data ?? []),
        [2, 2, 1, 1],
        g.qparams.get('wa') ?? channelQParams([], int8Symmetric, 0),
      )
    expect(integers(corrected)).toEqual(integers(graph))
    expect((corrected.qparams.get('wa')?.scale[0] ?? 0) / (graph.qparams.get('wa')?.scale[0] ?? 1)).toBeCloseTo(2, 5)
    expect(corrected.qparams.get('wa')?.scale[1]).toBe(graph.qparams.get('wa')?.scale[1])
  })
})

const multiply: MatMul = async (a, rows, b, inner, columns) =>
  Float32Array.from({ length: rows * columns }, (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns]
    let sum = 0
    for (let k = 0; k < inner; k++) sum += a[row * inner + k]! * b[k * columns + column]!
    return sum
  })

describe('learned rounding', () => {
  it('errs less than rounding to the nearest where inputs are correlated, and keeps zeros', async () => {
    const [fanIn, outputs, rows] = [12, 6, 400]
    const shared = random(rows)
    const inputs = Float32Array.from(
      { length: rows * fanIn },
      (_, index) => shared[Math.floor(index / fanIn)]! + 0.3 * noise(),
    )
    const weights = random(outputs * fanIn)
    weights[3] = 0
    const scales = new Float32Array(outputs).fill(0.15)
    const targets = await multiply(inputs, rows, transposed(weights, outputs, fanIn), fanIn, outputs)
    const learned = await learnRounding(
      { weights, scales, qmin: -127, qmax: 127, moments: await momentsOf(inputs, fanIn, targets, outputs, multiply) },
      200,
      multiply,
    )
    expect(learned.learnedError).toBeLessThan(learned.nearestError)
    expect(learned.integers[3]).toBe(0)
    learned.integers.forEach((integer, index) =>
      expect(Math.abs(integer - weights[index]! / 0.15)).toBeLessThanOrEqual(1.001),
    )
  })

  it('cuts patches in the order of the weight, with zeros for padding', () => {
    const conv = node('Conv', 'conv', ['x', 'w'], { pads: [1, 1, 1, 1] })
    const [rows] = atLeast(
      1,
      inputRows(conv, [1, 1, 3, 3], { data: Float32Array.of(1, 2, 3, 4), shape: [1, 1, 2, 2] }, 4),
    )
    expect([...rows.slice(0, 9)]).toEqual([0, 0, 0, 0, 1, 2, 0, 3, 4])
  })
})

const transposed = (values: Float32Array, rows: number, columns: number): Float32Array =>
  Float32Array.from(
    { length: values.length },
    (_, index) => values[(index % rows) * columns + Math.floor(index / rows)]!,
  )

describe('calibration images', () => {
  const facts = (image: (index: number) => number): readonly string[] => {
    const inspector = createCalibrationInspector()
    inspector.add(
      Float32Array.from({ length: 4 * 3 * 16 * 16 }, (_, index) => image(index)),
      [4, 3, 16, 16],
    )
    return calibrationWarnings(inspector.facts())
  }
  const photograph = (index: number): number => Math.sin((index % 16) / 3) + Math.cos(Math.floor(index / 16) / 5)

  it.each([
    { name: 'photographs', image: photograph, warning: undefined },
    { name: 'flat images', image: () => 0.5, warning: /a single color/ },
    { name: 'noise', image: () => 3.4 * noise(), warning: /look like noise/ },
    {
      name: 'pixels that were not normalised',
      image: (index: number) => 128 + 60 * photograph(index),
      warning: /normalization/,
    },
  ])('$name', ({ image, warning }) => {
    const warnings = facts(image)
    if (!warning) expect(warnings).toEqual([])
    else expect(warnings.join()).toMatch(warning)
  })
})

describe('goals', () => {
  const comparison = { difference: -0.004, differenceInterval: [-0.008, 0.001] as const, samples: 1000 }
  const goal = { goal: true, maxDrop: 0.005 }

  it('reads sizes', () => {
    const sizes = ['3MB', '2.5 MiB', '700', 700].map((maxSize) => goalConfig.parse({ maxSize }).maxSize)
    expect(sizes).toEqual([3e6, 2.5 * 2 ** 20, 700, 700])
  })

  it('names what is missed', () => {
    expect(
      missedGoals({ comparison, sizeBytes: 4e6, speedup: 1.2 }, { ...goal, maxSize: 3e6, minSpeedup: 1.5 }),
    ).toEqual([expect.stringContaining('4000000 bytes'), expect.stringContaining('1.20×')])
    expect(missedGoals({ comparison, sizeBytes: 4e6, speedup: undefined }, goal)).toEqual([])
  })

  it('says how many images would decide', () => {
    expect(imagesToDecide(comparison, 0.005)).toBe(Math.ceil(1000 * (0.0045 / 0.001) ** 2))
    expect(imagesToDecide(comparison, 0.05)).toBeNull()
  })
})

describe('comparisons', () => {
  it('of scores with themselves find nothing', () => {
    const images = { scores: random(40), labels: new Int32Array(10), kind: 'logits' as const }
    expect(compareScores(images, images)).toMatchObject({ difference: 0, agreement: 1 })
    expect(Math.abs(compareScores(images, images).divergence)).toBeLessThan(1e-12)
  })

  it('measure divergence in nats', () => {
    const kind = 'probabilities' as const
    const [labels, p, q] = [new Int32Array(1), Float32Array.of(0.5, 0.5), Float32Array.of(0.25, 0.75)]
    expect(compareScores({ scores: p, labels, kind }, { scores: q, labels, kind }).divergence).toBeCloseTo(
      0.5 * Math.log(2) + 0.5 * Math.log(2 / 3),
      6,
    )
  })

  it('measure noise in decibels', () => {
    const meter = createErrorMeter()
    meter.add(Float32Array.of(10, 0), Float32Array.of(10, 1))
    expect(meter.error().sqnrDb).toBeCloseTo(20, 9)
    expect(meter.error().cosine).toBeCloseTo(10 / Math.sqrt(101), 9)
  })

  it('find the value whose scale depends most on the choice of images', () => {
    const scale = (a: number, b: number): Graph['qparams'] =>
      new Map([
        ['a', channelQParams([{ min: -a, max: a }], int8Symmetric, 0)],
        ['b', channelQParams([{ min: -b, max: b }], int8Symmetric, 0)],
      ])
    expect(scaleSpread(['a', 'b'], [scale(1, 1), scale(1, 3)])).toMatchObject({
      value: 'b',
      largest: expect.closeTo(1, 5),
    })
  })
})

describe('another kind of CPU', () => {
  const made = { model: 'a', vnni: true, saturates: false, weightRange: 'full' }
  const pairs = { pairs: 10, atRisk: 3, atRiskAtFullRange: 3, layers: [] }

  it('is no news where it is the same', () =>
    expect(otherCpuWarning({ cpu: made, pairsAtRisk: pairs }, { ...made, model: 'b' })).toBeUndefined())

  it('is warned of, with what it means for the accuracy', () => {
    const here = { model: 'b', vnni: false, saturates: true }
    expect(otherCpuWarning({ cpu: made, pairsAtRisk: pairs }, here)).toMatch(
      /created on a \(VNNI.*3 of its weight pairs can saturate/,
    )
    expect(otherCpuWarning({ cpu: made, pairsAtRisk: { ...pairs, atRisk: 0 } }, here)).toMatch(/cannot saturate/)
  })
})

describe('hints', () => {
  const error = (sqnrDb: number): LayerAnalysis['error'] => ({ sqnrDb, cosine: 1 })
  const layer: Omit<LayerAnalysis, 'hint'> = {
    layer: 'wide',
    op: 'Conv',
    output: 'y',
    error: error(20),
    weightError: error(40),
    activationError: error(20),
    oneOn: 0.5,
    oneOff: 0,
    observed: { min: 0, max: 10 },
    covered: { min: 0, max: 5 },
    clippedShare: 0.01,
    activationScale: 0.02,
    weightScales: [0.1, 0.2],
    weightHistogram: { low: 0, binWidth: 1, counts: [1] },
    activationHistogram: null,
  }
  it.each([
    { name: 'values that are cut', change: {}, says: /clips 1\.00%.*min-max/ },
    { name: 'a coarse activation', change: { clippedShare: 0 }, says: /coarse/ },
    { name: 'weights of one scale', change: { weightError: error(10) }, perTensor: true, says: /perChannel/ },
    {
      name: 'uneven channels',
      change: { weightError: error(10), weightScales: [1, 1000] },
      says: /by a factor of 1000/,
    },
    { name: 'a layer that is better in float', change: { oneOff: 0.3 }, says: /--keep-fp32 wide removes 30%/ },
    { name: 'a layer that costs nothing', change: { oneOn: 0.001 }, says: /almost nothing/ },
  ])('name $name', ({ change, perTensor = false, says }) =>
    expect(hintFor({ ...layer, ...change }, 1, perTensor)).toMatch(says),
  )
})
