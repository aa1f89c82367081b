import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/data/random'
import { convert } from '../../src/core/deploy/convert'
import { integerForm } from '../../src/core/deploy/integerForm'
import { simulated } from '../../src/core/deploy/simulate'
import type { Graph } from '../../src/core/graph/graph'
import { floatTensor, sizeOf } from '../../src/core/graph/tensorData'
import { writeOnnx } from '../../src/core/onnx/index'
import { createInferenceWorker } from '../../src/node/inference/inferenceWorker'
import { itOnExactCpu, itOnSaturatingCpu } from '../helpers/cpuKind'
import { middle, onGrid, referenceSums } from '../helpers/saturatingReference'
import type { IntegerImages, IntegerLayer } from '../helpers/saturatingReference'

interface Case {
  readonly name: string
  readonly layer: Pick<IntegerLayer, 'op' | 'attributes' | 'shape'>
  readonly input: readonly number[]
  /** Whether pairs of products leave 16 bits in the runtime's kernel. */
  readonly exact?: boolean
}

const padded = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }
const conv = (shape: readonly number[], attributes: IntegerLayer['attributes'] = {}): Case['layer'] => ({
  op: 'Conv',
  shape,
  attributes: { kernel_shape: shape.slice(2), ...attributes },
})

const cases: readonly Case[] = [
  { name: 'a 3×3 convolution of few channels', layer: conv([3, 2, 3, 3], padded), input: [2, 2, 4, 4] },
  { name: 'images of three channels', layer: conv([32, 3, 3, 3], { ...padded, strides: [2, 2] }), input: [1, 3, 7, 7] },
  { name: 'an odd count of channels', layer: conv([19, 7, 3, 3], padded), input: [1, 7, 5, 5] },
  { name: 'channels in fours (indirect kernel)', layer: conv([24, 12, 3, 3], padded), input: [1, 12, 5, 5] },
  { name: 'channels in fours, 16 outputs', layer: conv([16, 4, 3, 3], padded), input: [1, 4, 5, 5] },
  { name: 'a pointwise convolution', layer: conv([32, 16, 1, 1]), input: [2, 16, 3, 3] },
  { name: 'a pointwise convolution of odd width', layer: conv([10, 9, 1, 1]), input: [2, 9, 3, 3] },
  { name: 'a long sum', layer: conv([16, 516, 1, 1]), input: [1, 516, 2, 2] },
  {
    name: 'a dilated window',
    layer: conv([8, 6, 3, 3], { pads: [2, 2, 2, 2], dilations: [2, 2] }),
    input: [1, 6, 6, 6],
  },
  { name: 'two groups', layer: conv([12, 6, 3, 3], { ...padded, group: 2 }), input: [1, 12, 4, 4] },
  { name: 'groups of odd width', layer: conv([8, 3, 3, 3], { ...padded, group: 4 }), input: [1, 12, 4, 4] },
  {
    name: 'groups of one channel with two outputs',
    layer: conv([8, 1, 3, 3], { ...padded, group: 4 }),
    input: [1, 4, 5, 5],
  },
  {
    name: 'a depthwise convolution',
    layer: conv([16, 1, 3, 3], { ...padded, group: 16 }),
    input: [1, 16, 5, 5],
    exact: true,
  },
  {
    name: 'a depthwise convolution of odd width',
    layer: conv([7, 1, 3, 3], { ...padded, group: 7 }),
    input: [1, 7, 5, 5],
    exact: true,
  },
  { name: 'one channel to one', layer: conv([1, 1, 3, 3], padded), input: [1, 1, 5, 5], exact: true },
  { name: 'a classifier', layer: { op: 'Gemm', shape: [10, 17], attributes: { transB: 1 } }, input: [3, 17] },
  {
    name: 'a classifier, one image',
    layer: { op: 'Gemm', shape: [33, 64], attributes: { transB: 1 } },
    input: [1, 64],
  },
  { name: 'a classifier, weights by input', layer: { op: 'Gemm', shape: [18, 5], attributes: {} }, input: [2, 18] },
  { name: 'a matrix product', layer: { op: 'MatMul', shape: [18, 5], attributes: {} }, input: [2, 18] },
]

const perTensor = (dtype: 'int8' | 'uint8', scale: number, zeroPoint = 0) => ({
  dtype,
  scale: Float32Array.of(scale),
  zeroPoint: Int32Array.of(zeroPoint),
  qmin: dtype === 'int8' ? -128 : 0,
  qmax: dtype === 'int8' ? 127 : 255,
})

const inputZero = 10

/** Weights of full range and one sign in long runs, so that neighbours saturate; images near the ends of their range. */
function operands({ layer, input }: Case): { readonly layer: IntegerLayer; readonly images: IntegerImages } {
  const random = createRandom(11)
  const weights = Array.from(
    { length: sizeOf(layer.shape) },
    () => (random.uniform() < 0.7 ? 1 : -1) * (70 + random.integer(58)),
  )
  const values = Array.from({ length: sizeOf(input) }, () => 255 - random.integer(random.uniform() < 0.8 ? 30 : 256))
  return { layer: { ...layer, weights, zeroPoint: inputZero }, images: { shape: input, values } }
}

/** One layer over integers, every number of which is an integer: scales are 1. */
function layerGraph({ op, attributes, shape, weights }: IntegerLayer, input: readonly number[], scale: number): Graph {
  return {
    name: 'integers',
    inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', ...input.slice(1)] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', ...input.slice(1).map((_, axis) => `size${axis}`)] }],
    nodes: [{ name: 'layer', op, inputs: ['x', 'w'], outputs: ['y'], attributes }],
    initializers: new Map([['w', floatTensor(shape, weights)]]),
    masks: new Map(),
    qparams: new Map([
      ['x', perTensor('uint8', 1, inputZero)],
      ['w', perTensor('int8', 1)],
      ['y', perTensor('uint8', scale, middle)],
    ]),
    metadata: {},
  }
}

async function run(
  graph: Graph,
  { shape, values }: IntegerImages,
  optimization?: 'disabled',
): Promise<readonly number[]> {
  const worker = await createInferenceWorker(writeOnnx(graph), { threads: 1, ...(optimization && { optimization }) })
  try {
    const images = Float32Array.from(values, (value) => value - inputZero)
    return [...Object.values((await worker.run(images, shape)).outputs)[0]!.data]
  } finally {
    await worker.close()
  }
}

describe.each(cases)('products that saturate in $name', (each) => {
  const { layer, images } = operands(each)
  const cut = each.exact !== true
  const sums = { exact: referenceSums(layer, images, false), cut: referenceSums(layer, images, cut) }
  // A power of two divides a float without rounding, so that every way of rounding to the grid gives the same.
  const scale = 2 ** Math.ceil(Math.log2(Math.max(...[...sums.exact, ...sums.cut].map(Math.abs)) / 127))
  const graph = layerGraph(layer, each.input, scale)
  const [exact, expected] = [sums.exact, sums.cut].map((each) => each.map((sum) => onGrid(sum, scale)))

  it('are cut by the simulation of integers as by vpmaddubsw, and summed exactly by that of an exact CPU', async () => {
    const file = convert(graph).graph
    const [cutting, summing] = [integerForm(file, { saturates: true }), integerForm(file, { saturates: false })]
    if (!cutting || !summing) throw new Error('expected a graph of the usual form')
    expect(cutting.pairs > 0).toBe(cut)
    expect(await run(cutting.graph, images)).toEqual(expected)
    expect(await run(summing.graph, images)).toEqual(exact)
    if (cut) expect(expected).not.toEqual(exact)
  })

  it('are summed exactly by the simulation of training, which knows real numbers alone', async () =>
    expect(await run(simulated(graph), images, 'disabled')).toEqual(exact))

  itOnSaturatingCpu('are cut by the kernel', async () =>
    expect(await run(convert(graph).graph, images)).toEqual(expected),
  )

  itOnExactCpu('are summed by the kernel', async () => expect(await run(convert(graph).graph, images)).toEqual(exact))
})

it('counts the pairs of a layer that has more of them than a call takes arguments', () => {
  const [outputs, inputs] = [512, 1024]
  const weights = Array.from({ length: outputs * inputs }, (_, index) => (index % 500 < 2 ? 127 : 1))
  const layer: IntegerLayer = {
    op: 'Gemm',
    attributes: { transB: 1 },
    shape: [outputs, inputs],
    weights,
    zeroPoint: 10,
  }
  expect(integerForm(convert(layerGraph(layer, [1, inputs], 1)).graph, { saturates: true })?.pairs).toBe(
    Math.ceil(weights.length / 500),
  )
})
