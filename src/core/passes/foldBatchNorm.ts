import { freeName } from '../graph/freeName'
import { consumers, constantInput, producers } from '../graph/graph'
import type { Graph, Node } from '../graph/graph'
import { isNormalization, outputAxis, takesBias } from '../ops/nodeFacts'
import { sizeOf, tensorData } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { withUsedInitializers } from '../graph/usedInitializers'
import { atLeast } from '../../shared/atLeast'

type Readers = ReadonlyMap<string, readonly Node[]>

/** ONNX's default of the attribute. */
const onnxEpsilon = 1e-5

interface Fold {
  readonly weighted: Node
  readonly norm: Node
}

/**
 * Folds every BatchNormalization into the Conv or Gemm before it (Jacob et al., 2018, section 3.2): w · k and (b − mean) · k + shift with
 * k = scale / √(variance + ε), in float64. A Conv whose output has other readers, or is a graph output, keeps its normalization.
 * Masks stay: scaling a channel keeps its zeros.
 */
export function foldBatchNorm(graph: Graph): Graph {
  const readers = consumers(graph)
  const initializers = new Map(graph.initializers)
  const qparams = new Map(graph.qparams)
  const masks = new Map(graph.masks)
  const replacement = new Map<Node, Node | undefined>()
  for (const { weighted, norm } of findFolds(graph, readers)) {
    const names = foldedNames({ ...graph, initializers }, readers, weighted)
    const folded = foldedParameters(graph, weighted, norm)
    initializers.set(names.weight, folded.weight)
    initializers.set(names.bias, folded.bias)
    const mask = graph.masks.get(weighted.inputs[1]!)
    if (mask) masks.set(names.weight, mask)
    for (const name of [names.weight, names.bias, weighted.outputs[0]!]) qparams.delete(name)
    replacement.set(weighted, undefined)
    replacement.set(norm, foldedNode(weighted, norm, names))
  }
  const nodes = graph.nodes.flatMap((node) => (replacement.has(node) ? (replacement.get(node) ?? []) : node))
  return withUsedInitializers({ ...graph, nodes, initializers, masks, qparams })
}

const foldable = (node: Node | undefined): node is Node => node !== undefined && takesBias(node)

function findFolds(graph: Graph, readers: Readers): readonly Fold[] {
  const producer = producers(graph)
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  return graph.nodes.flatMap((norm) => {
    const weighted = isNormalization(norm) ? producer.get(norm.inputs[0]!) : undefined
    if (!foldable(weighted)) return []
    const value = weighted.outputs[0]!
    const alone = readers.get(value)?.length === 1 && !outputs.has(value)
    const constants =
      [1, 2, 3, 4].every((index) => constantInput(graph, norm, index)) && constantInput(graph, weighted, 1)
    const biasKnown = !weighted.inputs[2] || constantInput(graph, weighted, 2)
    return alone && constants && biasKnown ? [{ weighted, norm }] : []
  })
}

/** New names, unless the node is the only reader of its weight: another node may read the same one. */
function foldedNames(
  graph: Graph,
  readers: Readers,
  { name, inputs: [, weight, bias] }: Node,
): { readonly weight: string; readonly bias: string } {
  const own = (value: string | undefined): value is string => Boolean(value) && readers.get(value ?? '')?.length === 1
  return {
    weight: own(weight) ? weight : freeName(graph, `${name}/folded_weight`),
    bias: own(bias) ? bias : freeName(graph, `${name}/folded_bias`),
  }
}

function foldedParameters(
  graph: Graph,
  weighted: Node,
  norm: Node,
): { readonly weight: TensorData; readonly bias: TensorData } {
  const constant = (node: Node, index: number): TensorData => constantInput(graph, node, index) as TensorData
  const [scale, shift, mean, variance] = atLeast(
    4,
    [1, 2, 3, 4].map((index) => constant(norm, index).data),
  )
  const epsilon = Number(norm.attributes.epsilon ?? onnxEpsilon)
  const factors = Float64Array.from(scale, (value, channel) => value / Math.sqrt(variance[channel]! + epsilon))
  const bias = constantInput(graph, weighted, 2)
  const beta = Number(weighted.attributes.beta ?? 1)
  const biasOf = (channel: number): number => (bias ? beta * bias.data[bias.data.length === 1 ? 0 : channel]! : 0)
  return {
    weight: scaledSlices(constant(weighted, 1), outputAxis(weighted) ?? 0, factors),
    bias: tensorData(
      'float32',
      [factors.length],
      factors.map((factor, channel) => (biasOf(channel) - mean[channel]!) * factor + shift[channel]!),
    ),
  }
}

/** The tensor with every slice along an axis multiplied by its factor. */
function scaledSlices({ shape, data }: TensorData, axis: number, factors: ArrayLike<number>): TensorData {
  const length = sizeOf(shape.slice(axis + 1))
  const scaled = Float32Array.from(data, (value, index) => value * factors[Math.floor(index / length) % shape[axis]!]!)
  return tensorData('float32', shape, scaled)
}

function foldedNode(weighted: Node, norm: Node, names: { readonly weight: string; readonly bias: string }): Node {
  const attributes = 'beta' in weighted.attributes ? { ...weighted.attributes, beta: 1 } : weighted.attributes
  return {
    ...weighted,
    inputs: [weighted.inputs[0]!, names.weight, names.bias],
    outputs: norm.outputs.slice(0, 1),
    attributes,
  }
}
