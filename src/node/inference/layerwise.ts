import { joinFloats } from '../../core/graph/joinFloats'
import { inferShapes } from '../../core/passes/inferShapes'
import { partOf, segments } from '../../core/graph/segments'
import type { Segment } from '../../core/graph/segments'
import type { Graph, Node } from '../../core/graph/graph'
import { inputRows, outputRows } from '../../core/quantize/adaround/patches'
import type { LayerRows } from '../../core/quantize/adaround/adaround'
import type { MatMul } from '../../core/quantize/adaround/moments'
import { createLayerSampler } from '../../core/quantize/layerSamples'
import type { LayerSample } from '../../core/quantize/layerSamples'
import { correctableLayers } from '../../core/quantize/layers'
import type { LayerObservation } from '../../core/quantize/layers'
import { unquantized } from '../../core/deploy/qdqPieces'
import { simulated } from '../../core/deploy/simulate'
import { atLeast } from '../../shared/atLeast'
import { NNOptError } from '../../shared/errors'
import { startInferenceThread } from './inferenceWorker'
import type { InferenceThread } from './inferenceWorker'
import { matMulIn } from './matMul'
import { runPart } from './runPart'
import type { ImageBatch } from './messages'

/** One layer, given the corrected layers before it. */
export interface CorrectableLayer {
  readonly node: Node
  /** The layer in its current state in `graph`, next to the float network's. */
  observe(graph: Graph): Promise<LayerObservation>
  /** The layer's inputs and target outputs, at some positions of every image. */
  rows(graph: Graph, positions: number): Promise<LayerRows>
  readonly multiply: MatMul
}

/** Changes the weight, bias or parameters of one layer of a graph. */
export type Correction = (graph: Graph, layer: CorrectableLayer) => Promise<Graph>

export interface LayerwiseOptions {
  readonly onProgress?: (layers: number, total: number) => void
  readonly signal?: AbortSignal
}

/** Sessions of the single thread. */
const [partSession, productSession] = [0, 1]

/**
 * Corrects the layers of a parameterized graph one after another. Keeps only the activations between two segments, for
 * the float and the simulated network; each layer runs a few times over its own segment. Throws `cancelled` on abort.
 * `float` and `quantized` have the same nodes.
 */
export async function correctLayers(
  float: Graph,
  quantized: Graph,
  images: readonly ImageBatch[],
  correct: Correction,
  options: LayerwiseOptions = {},
): Promise<Graph> {
  const thread = startInferenceThread()
  const products = matMulIn(thread, productSession)
  try {
    return await walk(
      { thread, float, shapes: inferShapes(float, 1), multiply: products.multiply },
      quantized,
      images,
      correct,
      options,
    )
  } finally {
    await products.close()
    await thread.close()
  }
}

interface Walk {
  readonly thread: InferenceThread
  readonly float: Graph
  readonly shapes: ReadonlyMap<string, readonly number[]>
  readonly multiply: MatMul
}

/**
 * Maximum number of elements of one value, over all images, to keep: four such arrays exist at once, for both networks
 * before and after a segment.
 */
const mostKept = 2 ** 26

/** The wide values inside an inverted residual are recomputed for each of its layers rather than kept. */
const isKeepable = (shape: readonly number[], images: number): boolean =>
  images * shape.slice(1).reduce((product, dim) => product * dim, 1) <= mostKept

/** A segment and its inputs in both networks. */
interface Stretch {
  readonly segment: Segment
  readonly shape: readonly number[]
  readonly floatInputs: readonly ImageBatch[]
  readonly simulatedInputs: readonly ImageBatch[]
}

async function walk(
  parts: Walk,
  quantized: Graph,
  images: readonly ImageBatch[],
  correct: Correction,
  { onProgress, signal }: LayerwiseOptions,
): Promise<Graph> {
  const total = correctableLayers(quantized).length
  let [graph, floatInputs, simulatedInputs, done] = [quantized, images, images, 0]
  const count = images.reduce((sum, { shape }) => sum + shape[0]!, 0)
  for (const segment of segments(
    parts.float,
    (value) => quantized.qparams.has(value) && isKeepable(parts.shapes.get(value) ?? [], count),
  )) {
    const stretch: Stretch = { segment, shape: parts.shapes.get(segment.input) ?? [], floatInputs, simulatedInputs }
    const names = new Set(segment.nodes.map(({ name }) => name))
    const layers = correctableLayers(
      graph,
      graph.nodes.filter(({ name }) => names.has(name)),
    )
    const targets = await floatPass(parts, stretch, layers)
    for (const node of layers) {
      if (signal?.aborted) throw new NNOptError('cancelled', 'quantization stopped on request')
      graph = await correct(graph, correctableLayer(parts, stretch, node, known(targets.samples, node)))
      onProgress?.(++done, total)
    }
    floatInputs = targets.next
    simulatedInputs = await simulatedPass(parts, stretch, graph)
  }
  return graph
}

async function floatPass(
  { thread, float }: Walk,
  { segment, shape, floatInputs }: Stretch,
  layers: readonly Node[],
): Promise<{ readonly samples: ReadonlyMap<string, LayerSample>; readonly next: readonly ImageBatch[] }> {
  const samplers = new Map(layers.map(({ outputs }) => [outputs[0]!, createLayerSampler()]))
  const names = [...new Set([...samplers.keys(), segment.output])]
  const next: ImageBatch[] = []
  await runPart(thread, partSession, partOf(float, segment, names, shape), names, floatInputs, 'all', (outputs) => {
    for (const [name, sampler] of samplers) sampler.add(outputs[name]!.data, outputs[name]!.shape)
    next.push({ images: outputs[segment.output]!.data, shape: outputs[segment.output]!.shape })
  })
  return {
    samples: new Map(layers.map(({ name, outputs }) => [name, samplers.get(outputs[0]!)?.sample() as LayerSample])),
    next,
  }
}

async function simulatedPass(
  { thread }: Walk,
  { segment, shape, simulatedInputs }: Stretch,
  graph: Graph,
): Promise<readonly ImageBatch[]> {
  const next: ImageBatch[] = []
  await runPart(
    thread,
    partSession,
    simulated(partOf(graph, segment, [segment.output], shape)),
    [segment.output],
    simulatedInputs,
    'disabled',
    (outputs) => {
      next.push({ images: outputs[segment.output]!.data, shape: outputs[segment.output]!.shape })
    },
  )
  return next
}

function correctableLayer(parts: Walk, stretch: Stretch, { name }: Node, target: LayerSample): CorrectableLayer {
  const find = (graph: Graph): Node => graph.nodes.find((node) => node.name === name) as Node
  return {
    node: find(parts.float),
    multiply: parts.multiply,
    async observe(graph) {
      const node = find(graph)
      const sampler = createLayerSampler()
      await runSimulated(parts, stretch, graph, node, (output) => sampler.add(output.images, output.shape))
      return { node, target, actual: sampler.sample() }
    },
    rows: async (graph, positions) => ({
      inputs: await simulatedRows(parts, stretch, graph, find(graph), positions),
      targets: await floatRows(parts, stretch, find(graph), positions),
    }),
  }
}

/** The layer's own output in the simulated network, before rounding. */
async function runSimulated(
  { thread }: Walk,
  { segment, shape, simulatedInputs }: Stretch,
  graph: Graph,
  node: Node,
  visit: (output: ImageBatch) => void,
): Promise<void> {
  const [output] = atLeast(1, node.outputs)
  const part = simulated(partOf(graph, segment, [output], shape))
  const name = part.nodes.some(({ outputs }) => outputs.includes(unquantized(output))) ? unquantized(output) : output
  await runPart(thread, partSession, part, [name], simulatedInputs, 'disabled', (outputs) =>
    visit({ images: outputs[name]!.data, shape: outputs[name]!.shape }),
  )
}

async function simulatedRows(
  { thread }: Walk,
  { segment, shape, simulatedInputs }: Stretch,
  graph: Graph,
  node: Node,
  positions: number,
): Promise<readonly Float32Array[]> {
  const weightShape = graph.initializers.get(node.inputs[1]!)?.shape ?? []
  const parts: (readonly Float32Array[])[] = []
  const add = ({ images, shape: batch }: ImageBatch): void =>
    void parts.push(inputRows(node, weightShape, { data: images, shape: batch }, positions))
  const [input] = atLeast(1, node.inputs)
  if (input === segment.input) simulatedInputs.forEach(add)
  else
    await runPart(
      thread,
      partSession,
      simulated(partOf(graph, segment, [input], shape)),
      [input],
      simulatedInputs,
      'disabled',
      (outputs) => add({ images: outputs[input]!.data, shape: outputs[input]!.shape }),
    )
  return parts[0]!.map((_, group) => joinFloats(parts.map((part) => part[group]!)))
}

async function floatRows(
  { thread, float }: Walk,
  { segment, shape, floatInputs }: Stretch,
  node: Node,
  positions: number,
): Promise<Float32Array> {
  const [output] = atLeast(1, node.outputs)
  const parts: Float32Array[] = []
  await runPart(thread, partSession, partOf(float, segment, [output], shape), [output], floatInputs, 'all', (outputs) =>
    parts.push(outputRows(outputs[output]!, positions)),
  )
  return joinFloats(parts)
}

function known(samples: ReadonlyMap<string, LayerSample>, { name }: Node): LayerSample {
  const sample = samples.get(name)
  if (!sample) throw new NNOptError('internal', `layer '${name}': expected observations of its outputs`)
  return sample
}
