import { createRandom } from '../../src/core/data/random'
import { convert } from '../../src/core/deploy/convert'
import type { Graph, Node } from '../../src/core/graph/graph'
import { floatTensor, sizeOf } from '../../src/core/graph/tensorData'
import type { TensorData } from '../../src/core/graph/tensorData'
import { readOnnx, writeOnnx } from '../../src/core/onnx/index'
import { ptqConfig } from '../../src/core/quantize/config'
import type { PtqConfig } from '../../src/core/quantize/config'
import { qConfigOf } from '../../src/core/quantize/qConfig'
import { chosenRanges, prepare, withQParams } from '../../src/core/quantize/ptq'
import { calibrate } from '../../src/node/inference/calibrate'
import { createInferenceWorker } from '../../src/node/inference/inferenceWorker'
import { noise } from './quantized'

const random = createRandom(5)
const values = (shape: readonly number[]) =>
  floatTensor(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
  )
export const node = (
  name: string,
  op: string,
  inputs: readonly string[],
  attributes: Node['attributes'] = {},
): Node => ({
  name,
  op,
  inputs,
  outputs: [name],
  attributes,
})

/** Odd widths everywhere: expand, depthwise, project, a residual addition, and a head. */
export function oddGraph(tail: readonly Node[], features: number): Graph {
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

export const pooled = oddGraph([node('pool', 'GlobalAveragePool', ['sum']), node('flat', 'Flatten', ['pool'])], 7)

export async function answers(graph: Graph): Promise<Float32Array> {
  const worker = await createInferenceWorker(writeOnnx(graph), { threads: 1 })
  try {
    const images = Float32Array.from({ length: 2 * 3 * 64 }, (_, index) => Math.sin(index))
    return (await worker.run(images, [2, 3, 8, 8])).outputs.y!.data
  } finally {
    await worker.close()
  }
}

/** Convolutions of windows over an odd count of channels: filled, their products meet other neighbours. */
export const windows: Graph = {
  ...pooled,
  name: 'windows',
  nodes: [
    node('stem', 'Conv', ['x', 'stem.w', 'stem.b'], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
    node('relu', 'Relu', ['stem']),
    node('second', 'Conv', ['relu', 'second.w'], { kernel_shape: [3, 3] }),
    node('pool', 'GlobalAveragePool', ['second']),
    node('flat', 'Flatten', ['pool']),
    { ...node('head', 'Gemm', ['flat', 'head.w', 'head.b'], { transB: 1 }), outputs: ['y'] },
  ],
  initializers: new Map(
    Object.entries({
      'stem.w': values([7, 3, 3, 3]),
      'stem.b': values([7]),
      'second.w': values([9, 7, 3, 3]),
      'head.w': values([5, 9]),
      'head.b': values([5]),
    }),
  ),
}

/** Calibrated on noise and written with QuantizeLinear and DequantizeLinear. */
export async function quantized(
  graph: Graph,
  weight: 'int8' | 'uint8',
  weightRange: PtqConfig['weightRange'] = 'pairAware',
): Promise<Graph> {
  const config = ptqConfig.parse({ activationObserver: 'min-max', weightRange })
  const prepared = prepare(graph, config)
  const batches = (async function* () {
    yield { images: noise(8, 8, 1), shape: [8, 3, 8, 8] }
  })()
  const statistics = await calibrate(prepared.graph, prepared.observed, batches, { histogram: false, workers: 1 })
  const { graph: converted } = convert(
    withQParams(prepared, chosenRanges(prepared.observed, statistics, qConfigOf(config)), qConfigOf(config)),
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
    inputs: [integers = '', , zeroPoint = ''],
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
