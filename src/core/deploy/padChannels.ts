import type { Graph, Node } from '../graph/graph'
import { withFullBiases } from '../passes/fullBiases'
import { floatShadow } from '../passes/floatShadow'
import { padTensor } from '../graph/padTensor'
import type { TensorData } from '../graph/tensorData'
import { isQuantized } from '../graph/conversions'
import { groupsOf, isConvolution, isDepthwise, isLinear, operatorOf } from '../ops/nodeFacts'
import { dependencyGraph } from '../prune/dependencyGraph'
import type { DependencyGraph, Group } from '../prune/dependencyGraph'
import { filledCount, fillImages, imageReaders } from '../prune/imageChannels'
import { layersUnsafeToFill } from './fillSafety'
import { padStored } from './padStored'
import type { AxisSizes } from './padStored'

/** Numbers in a vector of AVX-512, and twice those of AVX2: the blocks of onnxruntime's convolutions. */
const channelBlock = 16

export interface PaddedGraph {
  readonly graph: Graph
  /** Channels before and after, of every group that grew. */
  readonly padded: readonly { readonly name: string; readonly from: number; readonly to: number }[]
  /** Convolutions whose input channels stay as they are: filled, their products would saturate in other places. */
  readonly unsafe: readonly string[]
}

/**
 * The same function with zero channels added until counts are multiples of `block`: filters, biases and scales of the new channels are zero, and so
 * are the weights that read them; in a QDQ graph these are the integers that stand for zero, and the images are filled too. onnxruntime's blocked convolutions leave layers alone whose channels do not fill its vectors.
 * Channels that meet an input, an output, a concatenation or another operator that counts them stay as they are, and so do those whose products would
 * saturate in other places. Masks and qparams are dropped: the result is for running.
 */
export function padChannels(graph: Graph, block = channelBlock): PaddedGraph {
  return isQuantized(graph) ? padQuantized(graph, block) : padFloat(graph, block)
}

/** The images get channels too: their integers lie between two nodes of the graph, so that its input stays what it is. */
function padQuantized(graph: Graph, block: number): PaddedGraph {
  const shadow = floatShadow(graph)
  if (!shadow) return { graph, padded: [], unsafe: [] }
  const layers = layersUnsafeToFill(graph, shadow)
  const [unsafe, keptWeights] = [layers.map(({ name }) => name), new Set(layers.map(({ inputs }) => inputs[1]!))]
  const plan = planned(shadow.graph, block, keptWeights)
  const readers = imageReaders(graph, shadow).filter(({ weight }) => !keptWeights.has(weight))
  const padded = [
    ...readers.map(({ node, channels }) => ({ name: `${node.name}/image`, from: channels, to: filledCount(channels) })),
    ...plan.padded,
  ]
  const sizes = new Map([
    ...plan.sizes,
    ...readers.map(
      ({ weight, channels }) =>
        [weight, new Map([...(plan.sizes.get(weight) ?? []), [1, filledCount(channels)]])] as const,
    ),
  ])
  const initializers = padded.length > 0 ? padStored(graph, shadow, sizes) : undefined
  if (!initializers) return { graph, padded: [], unsafe }
  const filled = fillImages({ ...graph, initializers }, readers)
  return {
    graph: {
      ...filled,
      nodes: filled.nodes.map((node) => regrouped(node, plan.groups)),
      masks: new Map(),
      qparams: new Map(),
    },
    padded,
    unsafe,
  }
}

function padFloat(source: Graph, block: number): PaddedGraph {
  const graph = withFullBiases(source)
  const { padded, sizes, groups } = planned(graph, block)
  if (padded.length === 0) return { graph: source, padded, unsafe: [] }
  const initializers = new Map(graph.initializers)
  for (const [name, axes] of sizes)
    for (const [axis, size] of axes) initializers.set(name, padTensor(initializers.get(name) as TensorData, axis, size))
  return {
    graph: {
      ...graph,
      nodes: graph.nodes.map((node) => regrouped(node, groups)),
      initializers,
      masks: new Map(),
      qparams: new Map(),
    },
    padded,
    unsafe: [],
  }
}

interface Plan {
  readonly padded: PaddedGraph['padded']
  /** New sizes of parameters, by name and axis. */
  readonly sizes: AxisSizes
  /** New group counts of convolutions, by node. */
  readonly groups: ReadonlyMap<string, number>
}

/** `keptWeights`: those whose input channels must not grow. */
function planned(graph: Graph, block: number, keptWeights: ReadonlySet<string> = new Set()): Plan {
  const dependencies = dependencyGraph(graph)
  const units = new Map<number, number>()
  const padded = dependencies.groups.flatMap((group) => {
    const [from, to] = [group.units.length, Math.ceil(group.units.length / block) * block]
    if (from === to || group.blocked !== undefined || !canGrow(dependencies, group, keptWeights)) return []
    for (const { id } of group.units) units.set(id, to)
    return [{ name: group.name, from, to }]
  })
  return { padded, ...newSizes(dependencies, units) }
}

/** Every value and parameter that holds the group's channels holds each of them once, and nothing else. */
function canGrow(dependencies: DependencyGraph, { units }: Group, keptWeights: ReadonlySet<string>): boolean {
  const own = new Set(units.map(({ id }) => id))
  const fits = (ids: Int32Array): boolean => {
    const found = [...ids].map(dependencies.unitOf)
    return (
      !found.some((id) => own.has(id)) ||
      (found.length === own.size && new Set(found).size === own.size && found.every((id) => own.has(id)))
    )
  }
  const isRead = [...keptWeights].some((name) =>
    dependencies.bindings
      .get(name)
      ?.get(1)
      ?.some((id) => own.has(dependencies.unitOf(id))),
  )
  const touches = (value: string): boolean =>
    dependencies.labelsOf(value).ids.some((id) => own.has(dependencies.unitOf(id)))
  const holds =
    [...dependencies.bindings.values()].every((axes) => [...axes.values()].every(fits)) &&
    dependencies.graph.nodes.every(({ outputs }) => outputs.every((value) => fits(dependencies.labelsOf(value).ids)))
  return (
    holds &&
    !isRead &&
    dependencies.graph.nodes.every((node) => !node.inputs.some(touches) || isTransparent(dependencies, node, touches))
  )
}

function isTransparent({ graph, shapes }: DependencyGraph, node: Node, touches: (value: string) => boolean): boolean {
  if (!operatorOf(node)?.transparent) return false
  const weight = graph.initializers.get(node.inputs[1] ?? '')
  if (isLinear(node)) return weight !== undefined
  if (isConvolution(node))
    return weight?.dtype === 'float32' && (groupsOf(node) === 1 || isDepthwise(node, weight.shape))
  // A mean over the channels would count the new ones; flattened positions would mix with channels.
  const isReshape = operatorOf(node)?.channels === 'reshape'
  return node.outputs.every(
    (value) =>
      touches(value) && (!isReshape || (shapes.get(value)?.[1] ?? 0) === (shapes.get(node.inputs[0]!)?.[1] ?? -1)),
  )
}

function newSizes(
  { graph, bindings, unitOf, labelsOf }: DependencyGraph,
  units: ReadonlyMap<number, number>,
): Pick<Plan, 'sizes' | 'groups'> {
  const sizes = new Map<string, Map<number, number>>()
  for (const [name, axes] of bindings) {
    const grown = [...axes].flatMap(([axis, ids]): [number, number][] => {
      const size = units.get(unitOf(ids[0]!))
      return size === undefined ? [] : [[axis, size]]
    })
    if (grown.length > 0) sizes.set(name, new Map(grown))
  }
  const groups = graph.nodes.flatMap((node): [string, number][] => {
    const size = groupsOf(node) > 1 ? units.get(unitOf(labelsOf(node.inputs[0]!).ids[0]!)) : undefined
    return size === undefined ? [] : [[node.name, size]]
  })
  return { sizes, groups: new Map(groups) }
}

function regrouped(node: Node, groups: ReadonlyMap<string, number>): Node {
  const group = groups.get(node.name)
  return group === undefined ? node : { ...node, attributes: { ...node.attributes, group } }
}
