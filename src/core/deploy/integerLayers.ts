import type { Graph, Node } from '../graph/graph'
import { consumers, producers } from '../graph/graph'
import { isDequantize, isQuantize } from '../graph/conversions'
import type { TensorData } from '../graph/tensorData'
import { clampBounds, operatorOf, outputAxis } from '../ops/nodeFacts'
import { floatShadow } from '../passes/floatShadow'
import type { FloatShadow, StoredParameter } from '../passes/floatShadow'
import { staysInside } from '../passes/quantization/clamps'
import { suitabilityOf } from '../passes/quantization/suitability'

/** A layer of a QDQ graph that the runtime computes on integers, with all that decides what it computes. */
export interface IntegerLayer {
  readonly node: Node
  /** The same node between float values, whose weight has the same name and shape. */
  readonly shadow: Node
  /** DequantizeLinear in front of it. */
  readonly source: Node
  readonly input: Grid
  readonly weight: TensorData
  /** One of the weight, or one an output channel. */
  readonly weightScales: ArrayLike<number>
  readonly weightZeros: ArrayLike<number>
  readonly outputs: number
  readonly bias: TensorData | undefined
  /** What rounds its output: a clamp that the grid replaces, if any, and QuantizeLinear. Absent where the runtime writes float. */
  readonly rounding: { readonly clamp: Node | undefined; readonly quantize: Node; readonly grid: Grid } | undefined
}

/** The grid of an activation. */
export interface Grid {
  readonly scale: number
  readonly zeroPoint: number
  /** Least integer: −128 or 0. */
  readonly lowest: number
}

/** The layers that onnxruntime's QDQ fusions run on integers, and the graph's float shadow; undefined where the graph is not of the usual form. */
export function integerLayers(
  graph: Graph,
): { readonly layers: readonly IntegerLayer[]; readonly shadow: FloatShadow } | undefined {
  const shadow = floatShadow(graph)
  if (!shadow) return undefined
  const plain = new Map(shadow.graph.nodes.map((node) => [node.name, node]))
  const layers = graph.nodes.flatMap((node) => {
    const twin = plain.get(node.name)
    return (twin && integerLayer(graph, shadow, node, twin)) ?? []
  })
  return { layers, shadow }
}

function integerLayer(graph: Graph, shadow: FloatShadow, node: Node, twin: Node): IntegerLayer | undefined {
  const [stored, source] = [shadow.stored.get(twin.inputs[1] ?? ''), producers(graph).get(node.inputs[0]!)]
  if (!stored || !source || !isDequantize(source) || !isWeighted(shadow.graph, twin)) return undefined
  const weight = graph.initializers.get(stored.integers)
  const bias = biasOf(graph, shadow, twin)
  const rounding = roundingOf(graph, node)
  if (!weight || bias === 'float' || (!rounding && !writesFloat(graph, node))) return undefined
  return {
    node,
    shadow: twin,
    source,
    weight,
    bias,
    rounding,
    input: gridOf(graph, source),
    weightScales: graph.initializers.get(stored.scale)?.data ?? [1],
    weightZeros: zerosOf(graph, stored),
    outputs: weight.shape[outputAxis(twin) ?? 0]!,
  }
}

function isWeighted(shadow: Graph, node: Node): boolean {
  const suitability = suitabilityOf(shadow, node)
  return 'role' in suitability && suitability.role === 'weighted'
}

const zerosOf = ({ initializers }: Graph, { zeroPoint = '' }: StoredParameter): ArrayLike<number> =>
  initializers.get(zeroPoint)?.data ?? [0]

/** A bias in float keeps the whole layer in float. */
function biasOf(graph: Graph, { stored }: FloatShadow, { inputs }: Node): TensorData | undefined | 'float' {
  if (!inputs[2]) return undefined
  return graph.initializers.get(stored.get(inputs[2])?.integers ?? '') ?? 'float'
}

/** onnxruntime gives some layers a float output where nothing quantizes it. */
const writesFloat = (graph: Graph, node: Node): boolean =>
  operatorOf(node)?.floatOutput === true && !(consumers(graph).get(node.outputs[0]!) ?? []).some(isQuantize)

function roundingOf(graph: Graph, node: Node): IntegerLayer['rounding'] {
  const reader = onlyReader(graph, node.outputs[0]!)
  if (!reader) return undefined
  if (isQuantize(reader)) return { clamp: undefined, quantize: reader, grid: gridOf(graph, reader) }
  const [bounds, next] = [clampBounds(graph, reader), onlyReader(graph, reader.outputs[0]!)]
  if (!bounds || !next || !isQuantize(next)) return undefined
  const grid = gridOf(graph, next)
  return staysInside(rangeOf(grid), bounds, grid.scale) ? { clamp: reader, quantize: next, grid } : undefined
}

function onlyReader(graph: Graph, value: string): Node | undefined {
  const [reader, second] = consumers(graph).get(value) ?? []
  return second || graph.outputs.some(({ name }) => name === value) ? undefined : reader
}

const rangeOf = ({ scale, zeroPoint, lowest }: Grid): { readonly min: number; readonly max: number } => ({
  min: (lowest - zeroPoint) * scale,
  max: (lowest + 255 - zeroPoint) * scale,
})

function gridOf({ initializers }: Graph, { inputs: [, scale, zeroPoint = ''] }: Node): Grid {
  const point = initializers.get(zeroPoint)
  return {
    scale: initializers.get(scale ?? '')?.data[0] ?? 1,
    zeroPoint: point?.data[0] ?? 0,
    lowest: point?.dtype === 'int8' ? -128 : 0,
  }
}
