import { NNOptError } from '../../shared/errors'
import type { Graph, Node } from '../../core/graph/graph'
import { inferShapes, nodeContext } from '../../core/passes/inferShapes'
import { floatTensor, sizeOf } from '../../core/graph/tensorData'
import { median } from '../../core/measure/latency'
import { writeOnnx } from '../../core/onnx/index'
import { operators } from '../../core/ops/index'
import type { Shape } from '../../core/ops/operator'
import { sized } from '../../core/prune/cutSizes'
import type { SizedGraph } from '../../core/prune/cutSizes'
import { weightLayers } from '../../core/prune/layers'
import { startInferenceThread } from './inferenceWorker'
import type { InferenceThread } from './inferenceWorker'
import { randomImages } from './randomImages'
import { outputAxis } from '../../core/ops/nodeFacts'

/** Latency of a layer with a number of operations left. */
interface Point {
  readonly macs: number
  readonly ms: number
}

/** Measured times of a network's layers at several widths, from which those of narrower versions are interpolated. */
export interface LatencyTable {
  /** Median latency of the whole network for one image. */
  readonly wholeMs: number
  /** Estimated milliseconds of a network with the same nodes and fewer channels. */
  predict(graph: Graph): number
  /** The same from sizes alone, such as those after pruning. */
  predictSizes(sizes: SizedGraph): number
}

export interface LatencyTableOptions {
  readonly threads: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/** Channel shares at which each layer is timed. */
const widths = [1, 0.75, 0.5, 0.25] as const
const warmups = 3
const runs = 15

/**
 * Times every kind of convolution and linear layer in isolation, and the whole network. Time not explained by the
 * layers scales with the sizes of the values.
 */
export async function measureLatencyTable(
  graph: Graph,
  { threads, signal, onProgress }: LatencyTableOptions,
): Promise<LatencyTable> {
  const thread = startInferenceThread()
  try {
    const wholeMs = await timed(thread, graph, threads)
    const callMs = await timed(thread, emptyGraph, threads)
    const shapes = inferShapes(graph, 1)
    const layers = weightLayers(graph)
    const known = new Map<string, readonly Point[]>()
    const byNode = new Map<string, readonly Point[]>()
    for (const [index, { node, weight }] of layers.entries()) {
      if (signal?.aborted) throw new NNOptError('cancelled', 'measuring stopped on request')
      const input = shapes.get(node.inputs[0]!) ?? []
      const key = JSON.stringify([node.op, node.attributes, input, weight.shape])
      const points = known.get(key) ?? (await pointsOf(thread, node, input, weight.shape, threads, callMs))
      known.set(key, points)
      byNode.set(node.name, points)
      onProgress?.(index + 1, layers.length)
    }
    return tableOf(graph, wholeMs, byNode)
  } finally {
    await thread.close()
  }
}

function tableOf(graph: Graph, wholeMs: number, byNode: ReadonlyMap<string, readonly Point[]>): LatencyTable {
  const layersMs = (each: SizedGraph): number => {
    const operations = macsByNode(each)
    return [...byNode].reduce((sum, [name, points]) => sum + interpolated(points, operations.get(name) ?? 0), 0)
  }
  // In isolation, a layer also pays for its own layout conversion, so the sum may exceed the whole; it is then scaled
  // down.
  const own = sized(graph)
  const whole = layersMs(own)
  const rest = Math.max(0, wholeMs - whole)
  const scale = whole > wholeMs ? wholeMs / whole : 1
  const elements = elementsOf(own)
  const predictSizes = (each: SizedGraph): number => layersMs(each) * scale + rest * (elementsOf(each) / elements)
  return { wholeMs, predict: (each) => predictSizes(sized(each)), predictSizes }
}

function macsByNode({ graph, shapes }: SizedGraph): ReadonlyMap<string, number> {
  return new Map(
    graph.nodes.map((node) => [node.name, operators.get(node.op).macs?.(nodeContext(graph, node, shapes)) ?? 0]),
  )
}

function elementsOf({ graph, shapes }: SizedGraph): number {
  return graph.nodes.reduce((sum, { outputs }) => sum + sizeOf(shapes.get(outputs[0]!) ?? []), 0)
}

/** Linear interpolation between measured widths; below the narrowest, toward the empty layer. */
function interpolated(points: readonly Point[], macs: number): number {
  const above = points.findLast((point) => point.macs >= macs) ?? points[0]!
  const below = points.find((point) => point.macs < macs) ?? {
    macs: 0,
    ms: Math.min(...points.map(({ ms }) => ms)) / 2,
  }
  return above.macs === below.macs
    ? above.ms
    : below.ms + ((above.ms - below.ms) * (macs - below.macs)) / (above.macs - below.macs)
}

async function pointsOf(
  thread: InferenceThread,
  node: Node,
  input: Shape,
  weight: Shape,
  threads: number,
  callMs: number,
): Promise<readonly Point[]> {
  const points: Point[] = []
  for (const width of widths) {
    const single = layerGraph(node, input, weight, width)
    if (!single) continue
    points.push({
      macs: macsByNode(sized(single)).get(node.name) ?? 0,
      ms: Math.max(0, (await timed(thread, single, threads)) - callMs),
    })
  }
  return points
}

/** A network that does almost nothing, to measure the cost of a call. */
const emptyGraph: Graph = {
  name: 'empty',
  inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 1] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 1] }],
  nodes: [{ name: 'relu', op: 'Relu', inputs: ['x'], outputs: ['y'], attributes: {} }],
  initializers: new Map(),
  masks: new Map(),
  qparams: new Map(),
  metadata: {},
}

const narrowed = (channels: number, width: number): number => Math.max(1, Math.round(channels * width))

/** A layer in isolation with a share of its channels; undefined for grouped convolutions that cannot be narrowed. */
function layerGraph(node: Node, input: Shape, weight: Shape, width: number): Graph | undefined {
  const group = Number(node.attributes.group ?? 1)
  const depthwise = group > 1 && weight[1] === 1
  if (group > 1 && !depthwise && width < 1) return undefined
  const [outAxis, inAxis] = outputAxis(node) === 0 ? [0, 1] : [1, 0]
  const [outputs, inputs] = [narrowed(weight[outAxis]!, width), depthwise ? 1 : narrowed(weight[inAxis]!, width)]
  const channels = depthwise ? narrowed(input[1]!, width) : inputs
  const narrow = weight.map((dim, axis) =>
    axis === outAxis ? (depthwise ? channels * (weight[0]! / group) : outputs) : axis === inAxis ? inputs : dim,
  )
  const shape = group > 1 && !depthwise ? input.slice(1) : [channels, ...input.slice(2)]
  return {
    name: node.name,
    inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', ...shape] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', ...new Array<string>(input.length - 1).fill('size')] }],
    nodes: [
      {
        ...node,
        inputs: ['x', 'w'],
        outputs: ['y'],
        attributes: depthwise ? { ...node.attributes, group: channels } : node.attributes,
      },
    ],
    initializers: new Map([['w', floatTensor(narrow, new Float32Array(sizeOf(narrow)).fill(0.01))]]),
    masks: new Map(),
    qparams: new Map(),
    metadata: {},
  }
}

async function timed(thread: InferenceThread, graph: Graph, threads: number): Promise<number> {
  const session = 0
  await thread.call('open', { session, model: writeOnnx(graph), options: { threads } })
  const batch = randomImages(graph, 1)
  await thread.call('time', { session, runs: warmups, ...batch })
  const times = await thread.call('time', { session, runs, ...batch })
  await thread.call('close', { session })
  return median(times)
}
