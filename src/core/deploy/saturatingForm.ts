import type { Graph, Node } from '../graph/graph'
import { consumers, producers } from '../graph/graph'
import { isDequantize, isQuantize } from '../graph/conversions'
import { sizeOf } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { floatShadow } from '../passes/floatShadow'
import { clampBounds, groupsOf, isConvolution, operatorOf, outputAxis } from '../ops/nodeFacts'
import { staysInside } from '../passes/quantization/clamps'
import { isRiskyPair } from '../quantize/saturation'
import { weightPairs } from '../quantize/weightPairs'
import { cutProducts } from './cutProducts'
import type { RiskyLayer, RiskyPair } from './cutProducts'
import { joinPieces } from './qdqPieces'

export interface SaturatingForm {
  readonly graph: Graph
  /** Pairs of weights whose products can leave 16 bits, in all layers. */
  readonly pairs: number
}

/** The integers of a layer's weight, and their scales: one, or one an output channel. */
export interface StoredWeight {
  readonly integers: TensorData
  readonly scales: ArrayLike<number>
}

/**
 * A QDQ graph that computes on any CPU what one without VNNI computes: for each pair of neighbouring products that can leave 16 bits, a branch in float
 * subtracts what vpmaddubsw would cut off. The graph itself where it is not of the usual form.
 */
export function saturatingForm(graph: Graph): SaturatingForm {
  const shadow = floatShadow(graph)
  if (!shadow) return { graph, pairs: 0 }
  return withSaturation(graph, shadow.graph, ({ inputs }) => {
    const parameter = shadow.stored.get(inputs[1] ?? '')
    const integers = graph.initializers.get(parameter?.integers ?? '')
    const scales = graph.initializers.get(parameter?.scale ?? '')?.data
    return integers && scales ? { integers, scales } : undefined
  })
}

/**
 * The same for a graph whose activations pass through QuantizeLinear and DequantizeLinear, and whose weights `storedWeight` knows; `shapes` is a graph with
 * the same nodes and float weights.
 */
export function withSaturation(
  graph: Graph,
  shapes: Graph,
  storedWeight: (node: Node) => StoredWeight | undefined,
): SaturatingForm {
  const layers = graph.nodes.map((node) => {
    const weight = runsOnIntegers(graph, node) ? storedWeight(node) : undefined
    return weight?.integers.dtype === 'int8' ? riskyLayer(graph, shapes, node, weight) : undefined
  })
  const pieces = layers.map((layer) => layer && cutProducts(layer))
  const { initializers } = joinPieces(pieces.flatMap((piece) => piece ?? []))
  return {
    graph: {
      ...graph,
      nodes: graph.nodes.flatMap((node, index) => pieces[index]?.nodes ?? [node]),
      initializers: new Map([...graph.initializers, ...initializers]),
    },
    pairs: layers.reduce((sum, layer) => sum + (layer?.pairs.length ?? 0), 0),
  }
}

/** onnxruntime multiplies integers in a Conv only where its output is quantized at once, or behind a clamp that the grid replaces. */
function runsOnIntegers(graph: Graph, node: Node): boolean {
  const [output] = node.outputs
  const [reader, second] = consumers(graph).get(output) ?? []
  if (operatorOf(node)?.floatOutput || isIntegerOnly(graph, output)) return true
  return reader !== undefined && second === undefined && isSuperfluous(graph, reader)
}

const isIntegerOnly = (graph: Graph, value: string): boolean => {
  const readers = consumers(graph).get(value) ?? []
  return readers.length > 0 && readers.every(isQuantize)
}

function isSuperfluous(graph: Graph, clamp: Node): boolean {
  const [bounds, output] = [clampBounds(graph, clamp), clamp.outputs[0]]
  if (!bounds || !isIntegerOnly(graph, output)) return false
  return (consumers(graph).get(output) ?? []).every((quantize) => {
    const { scale, zeroPoint, lowest } = parametersOf(graph, quantize)
    return staysInside({ min: (lowest - zeroPoint) * scale, max: (lowest + 255 - zeroPoint) * scale }, bounds, scale)
  })
}

/** Scale, zero point and least integer of a QuantizeLinear or DequantizeLinear of one scale. */
function parametersOf(
  { initializers }: Graph,
  { inputs: [, scale, zeroPoint = ''] }: Node,
): { readonly scale: number; readonly zeroPoint: number; readonly lowest: number } {
  const point = initializers.get(zeroPoint)
  return {
    scale: initializers.get(scale)?.data[0] ?? 1,
    zeroPoint: point?.data[0] ?? 0,
    lowest: point?.dtype === 'int8' ? -128 : 0,
  }
}

function riskyLayer(
  graph: Graph,
  shapes: Graph,
  node: Node,
  { integers, scales }: StoredWeight,
): RiskyLayer | undefined {
  const [pairs, source] = [riskyPairs(shapes, node, integers), producers(graph).get(node.inputs[0])]
  if (pairs.length === 0 || !source || !isDequantize(source)) return undefined
  const { scale, zeroPoint, lowest } = parametersOf(graph, source)
  const outputs = integers.shape[outputAxis(node) ?? 0]
  const step = (output: number): number => scale * scales[scales.length === 1 ? 0 : output]
  return {
    node,
    pairs,
    source,
    window: isConvolution(node) ? integers.shape.slice(2) : [],
    steps: Float32Array.from({ length: outputs }, (_, output) => step(output)),
    // Signed activations are moved up by 128 before the kernel reads them.
    zeroPoint: zeroPoint - lowest,
  }
}

function riskyPairs(shapes: Graph, node: Node, integers: TensorData): readonly RiskyPair[] {
  const found = weightPairs(shapes, node)
  if (!found) return []
  const reads = readerOf(node, integers)
  const pairs: RiskyPair[] = []
  found.first.forEach((first, index) => {
    const [second, output] = [found.second[index], found.output[index]]
    const weights = [integers.data[first], integers.data[second]] as const
    if (isRiskyPair(...weights)) pairs.push({ reads: [reads(first, output), reads(second, output)], weights, output })
  })
  return pairs
}

/** The input channel and the place of the kernel of a position in a weight. */
function readerOf(node: Node, { shape }: TensorData): (position: number, output: number) => RiskyPair['reads'][0] {
  if (!isConvolution(node)) {
    const isRowByOutput = outputAxis(node) === 0
    return (position) => ({
      channel: isRowByOutput ? position % shape[1] : Math.floor(position / shape[1]),
      place: 0,
    })
  }
  const [outputs, inner, ...window] = shape
  const area = sizeOf(window)
  const perGroup = outputs / groupsOf(node)
  return (position, output) => ({
    channel: Math.floor(output / perGroup) * inner + (Math.floor(position / area) % inner),
    place: position % area,
  })
}
