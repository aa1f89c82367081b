import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Graph, Node } from '../../src/core/graph/graph'
import { floatTensor, sizeOf } from '../../src/core/graph/tensorData'
import type { TensorData } from '../../src/core/graph/tensorData'
import { adviceOf } from '../../src/core/layers/advice'
import { createRandom } from '../../src/core/data/random'
import { padChannels } from '../../src/core/deploy/padChannels'
import { createInferenceWorker } from '../../src/node/inference/inferenceWorker'
import { readOnnx, writeOnnx } from '../../src/core/onnx/index'
import { exportedBytes } from '../../src/node/store/exportedBytes'
import { convert } from '../../src/core/deploy/convert'
import { ptqConfig } from '../../src/core/quantize/config'
import { chosenRanges, prepare, withQParams } from '../../src/core/quantize/ptq'
import { calibrate } from '../../src/node/inference/calibrate'
import { unfusedOperators } from '../../src/node/inference/unfusedOperators'
import { noise } from '../helpers/quantized'
import { temporaryFolder } from '../helpers/temporary'

const random = createRandom(5)
const values = (shape: readonly number[]) =>
  floatTensor(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
  )
const node = (name: string, op: string, inputs: readonly string[], attributes: Node['attributes'] = {}): Node => ({
  name,
  op,
  inputs,
  outputs: [name],
  attributes,
})

/** Odd widths everywhere: expand, depthwise, project, a residual addition, and a head. */
function oddGraph(tail: readonly Node[], features: number): Graph {
  return {
    name: 'odd',
    inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 3, 8, 8] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 5] }],
    nodes: [
      node('stem', 'Conv', ['x', 'stem.w', 'stem.b'], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
      node('expand', 'Conv', ['stem', 'expand.w', 'expand.b'], { kernel_shape: [1, 1] }),
      node('relu', 'Relu', ['expand']),
      node('depthwise', 'Conv', ['relu', 'depthwise.w'], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: 19 }),
      node('sigmoid', 'Sigmoid', ['depthwise']),
      node('project', 'Conv', ['sigmoid', 'project.w', 'project.b'], { kernel_shape: [1, 1] }),
      node('sum', 'Add', ['stem', 'project']),
      ...tail,
      { ...node('head', 'Gemm', ['flat', 'head.w', 'head.b'], { transB: 1 }), outputs: ['y'] },
    ],
    initializers: new Map(
      Object.entries({
        'stem.w': values([7, 3, 3, 3]),
        'stem.b': values([7]),
        'expand.w': values([19, 7, 1, 1]),
        'expand.b': values([19]),
        'depthwise.w': values([19, 1, 3, 3]),
        'project.w': values([7, 19, 1, 1]),
        'project.b': values([7]),
        'head.w': values([5, features]),
        'head.b': values([5]),
      }),
    ),
    masks: new Map(),
    qparams: new Map(),
    metadata: {},
  }
}

const pooled = oddGraph([node('pool', 'GlobalAveragePool', ['sum']), node('flat', 'Flatten', ['pool'])], 7)

async function answers(graph: Graph): Promise<Float32Array> {
  const worker = await createInferenceWorker(writeOnnx(graph), { threads: 1 })
  try {
    const images = Float32Array.from({ length: 2 * 3 * 64 }, (_, index) => Math.sin(index))
    return (await worker.run(images, [2, 3, 8, 8])).outputs.y.data
  } finally {
    await worker.close()
  }
}

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
      expect(Math.abs(value - before[index])).toBeLessThan(1e-5 * Math.max(1, Math.abs(before[index]))),
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
    expect(padChannels(graph, 16)).toEqual({ graph, padded: [] })
  })
})

/** Calibrated on noise and written with QuantizeLinear and DequantizeLinear. */
async function quantized(graph: Graph, weight: 'int8' | 'uint8'): Promise<Graph> {
  const config = ptqConfig.parse({ activationObserver: 'min-max' })
  const prepared = prepare(graph, config)
  const batches = (async function* () {
    yield { images: noise(8, 8, 1), shape: [8, 3, 8, 8] }
  })()
  const statistics = await calibrate(prepared.graph, prepared.observed, batches, { histogram: false, workers: 1 })
  const { graph: converted } = convert(
    withQParams(prepared, chosenRanges(prepared.observed, statistics, config), config),
  )
  return readOnnx(writeOnnx(weight === 'int8' ? converted : withUnsignedWeights(converted)), {
    fileName: 'quantized.onnx',
  })
}

/** The same function with weights around 128, so that zero is not the integer 0. */
function withUnsignedWeights(graph: Graph): Graph {
  const initializers = new Map(graph.initializers)
  for (const {
    op,
    inputs: [integers, , zeroPoint],
  } of graph.nodes) {
    const tensor = graph.initializers.get(integers)
    if (op !== 'DequantizeLinear' || tensor?.dtype !== 'int8') continue
    for (const name of [integers, zeroPoint]) {
      const { shape, data } = graph.initializers.get(name) as TensorData
      initializers.set(name, { dtype: 'uint8', shape, data: Uint8Array.from(data, (value) => value + 128) })
    }
  }
  return { ...graph, initializers }
}

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
    expect(padChannels(filled, 16)).toEqual({ graph: filled, padded: [] })
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
    expect(padChannels(uneven, 16)).toEqual({ graph: uneven, padded: [] })
  })
})

describe('an exported file', () => {
  it('gets zero channels on request only', () => {
    const file = join(temporaryFolder('padded'), 'model.onnx')
    const bytes = writeOnnx(pooled)
    writeFileSync(file, bytes)
    expect(Buffer.from(exportedBytes(file, false)).equals(bytes)).toBe(true)
    expect(readOnnx(exportedBytes(file, true), { fileName: 'model.onnx' }).initializers.get('stem.w')?.shape).toEqual([
      16, 3, 3, 3,
    ])
  })
})
