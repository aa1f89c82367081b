import { availableParallelism } from 'node:os'
import { inferShapes } from '../../core/graph/inferShapes'
import { partOf, segments } from '../../core/graph/segments'
import type { Segment } from '../../core/graph/segments'
import type { Graph, Node } from '../../core/graph/graph'
import { withOutputs, writeOnnx } from '../../core/onnx/index'
import { createLayerSampler } from '../../core/quantize/layerSamples'
import type { LayerSample } from '../../core/quantize/layerSamples'
import { correctableLayers } from '../../core/quantize/layers'
import type { LayerObservation } from '../../core/quantize/layers'
import { unquantized } from '../../core/quantize/qdqPieces'
import { simulated } from '../../core/quantize/simulate'
import { NNOptError } from '../../shared/errors'
import { startInferenceThread } from './inferenceWorker'
import type { InferenceThread } from './inferenceWorker'
import type { ImageBatch, OutputTensor, SessionOptions } from './protocol'

/** Changes the weight, bias or parameters of one layer of a graph. */
export type Correction = (graph: Graph, layer: LayerObservation) => Graph | Promise<Graph>

export interface LayerwiseOptions {
  readonly onProgress?: (layers: number, total: number) => void
  readonly signal?: AbortSignal
}

/**
 * Corrects the layers of a graph with parameters one after the other, each in the light of those before it. Only the activations between two segments
 * are kept, for the float and for the simulated network; each layer runs a few times over its own segment. Throws `cancelled` on abort.
 * `float` and `quantized` have the same nodes.
 */
export async function correctLayers(float: Graph, quantized: Graph, images: readonly ImageBatch[], correct: Correction, options: LayerwiseOptions = {}): Promise<Graph> {
  const thread = startInferenceThread()
  try {
    return await walk({ thread, float, shapes: inferShapes(float, 1) }, quantized, images, correct, options)
  } finally {
    await thread.close()
  }
}

interface Walk {
  readonly thread: InferenceThread
  readonly float: Graph
  readonly shapes: ReadonlyMap<string, readonly number[]>
}

async function walk(parts: Walk, quantized: Graph, images: readonly ImageBatch[], correct: Correction, { onProgress, signal }: LayerwiseOptions): Promise<Graph> {
  const { float, shapes } = parts
  const total = correctableLayers(quantized).length
  let [graph, floatInputs, quantizedInputs, done] = [quantized, images, images, 0]
  for (const segment of segments(float, (value) => quantized.qparams.has(value))) {
    const shape = shapes.get(segment.input) ?? []
    const layers = correctableLayers(graph, segment.nodes.map((node) => sameNode(graph, node)))
    const targets = await sampled(parts, partOf(float, segment, [...outputsOf(layers), segment.output], shape), layers, floatInputs, segment, 'all')
    for (const node of layers) {
      if (signal?.aborted) throw new NNOptError('cancelled', 'quantization stopped on request')
      const actual = await sampled(parts, simulated(partOf(graph, segment, [node.outputs[0]], shape)), [node], quantizedInputs, undefined, 'disabled')
      graph = await correct(graph, { node: sameNode(graph, node), target: known(targets.samples, node), actual: known(actual.samples, node) })
      onProgress?.(++done, total)
    }
    floatInputs = targets.next
    quantizedInputs = (await sampled(parts, simulated(partOf(graph, segment, [segment.output], shape)), [], quantizedInputs, segment, 'disabled')).next
  }
  return graph
}

const sameNode = (graph: Graph, { name }: Node): Node => graph.nodes.find((node) => node.name === name) as Node

const outputsOf = (layers: readonly Node[]): readonly string[] => layers.map(({ outputs }) => outputs[0])

interface Sampled {
  readonly samples: ReadonlyMap<string, LayerSample>
  /** The segment's output: the next one's input. */
  readonly next: readonly ImageBatch[]
}

/** Runs batches through a part and samples the outputs of its layers; keeps the output of `segment` where one is given. */
async function sampled({ thread }: Walk, part: Graph, layers: readonly Node[], batches: readonly ImageBatch[], segment: Segment | undefined, optimization: SessionOptions['optimization']): Promise<Sampled> {
  const written = new Set(part.nodes.flatMap(({ outputs }) => outputs))
  const names = new Map(layers.map((node) => [node.name, written.has(unquantized(node.outputs[0])) ? unquantized(node.outputs[0]) : node.outputs[0]]))
  const samplers = new Map([...names.keys()].map((name) => [name, createLayerSampler()]))
  const next: ImageBatch[] = []
  await forEachOutput(thread, withOutputs(part, [...names.values(), ...(segment ? [segment.output] : [])]), batches, optimization, (outputs) => {
    for (const [layer, sampler] of samplers) sampler.add(outputs[names.get(layer) ?? ''].data, outputs[names.get(layer) ?? ''].shape)
    if (segment) next.push({ images: outputs[segment.output].data, shape: outputs[segment.output].shape })
  })
  return { samples: new Map([...samplers].map(([layer, sampler]) => [layer, sampler.sample()])), next }
}

async function forEachOutput(thread: InferenceThread, graph: Graph, batches: readonly ImageBatch[], optimization: SessionOptions['optimization'], visit: (outputs: Readonly<Record<string, OutputTensor>>) => void): Promise<void> {
  const session = 0
  await thread.call('open', { session, model: writeOnnx(graph), options: { threads: availableParallelism(), spinning: false, ...(optimization && { optimization }) } })
  for (const { images, shape } of batches) visit((await thread.call('run', { session, images, shape })).outputs)
  await thread.call('close', { session })
}

function known(samples: ReadonlyMap<string, LayerSample>, { name }: Node): LayerSample {
  const sample = samples.get(name)
  if (!sample) throw new NNOptError('internal', `layer '${name}': expected observations of its outputs`)
  return sample
}
