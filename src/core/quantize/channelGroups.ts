import { constantInput, consumers } from '../graph/graph'
import type { Graph, Node } from '../graph/graph'
import { inferShapes } from '../passes/inferShapes'
import type { Shape } from '../ops/operator'
import type { Bounds } from '../ops/facts'
import { clampBounds, constantContext, operatorOf, takesBias } from '../ops/nodeFacts'
import { createDisjointSets } from '../graph/disjointSets'

/** Values whose channels can be multiplied by the same positive factors without changing what the graph computes. */
export interface ChannelGroup {
  readonly values: readonly string[]
  readonly channels: number
  /** Layers whose output channels take the factors, and those whose input channels take them back. */
  readonly writers: readonly Node[]
  readonly readers: readonly Node[]
}

type Shapes = ReadonlyMap<string, Shape>

/**
 * The groups of a graph, by operators that keep channels apart: activations and pooling join input and output, Add joins all three. A group ends at
 * layers with constant weights of their own; one that meets anything else, an input or an output of the graph, is left out.
 */
export function channelGroups(graph: Graph): readonly ChannelGroup[] {
  const shapes = inferShapes(graph, 1)
  const readers = consumers(graph)
  const sets = createDisjointSets()
  const blocked = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name))
  const ends = new Set<Node>()
  for (const node of graph.nodes) {
    const joined = joinedValues(graph, node, shapes)
    joined.forEach((value) => sets.join(joined[0]!, value))
    if (joined.length > 0) continue
    if (isScalable(graph, node, readers)) ends.add(node)
    else for (const value of [...node.inputs, ...node.outputs]) blocked.add(value)
  }
  const members = new Map<string, string[]>()
  for (const value of graph.nodes.flatMap(({ outputs }) => outputs)) {
    const name = sets.representative(value)
    members.set(name, [...(members.get(name) ?? []), value])
  }
  return [...members.values()].flatMap((values) =>
    values.some((value) => blocked.has(value)) ? [] : [groupOf(graph, values, shapes, ends)],
  )
}

function groupOf(graph: Graph, values: readonly string[], shapes: Shapes, ends: ReadonlySet<Node>): ChannelGroup {
  const inside = new Set(values)
  const nodes = graph.nodes.filter((node) => ends.has(node))
  return {
    values,
    channels: shapes.get(values[0]!)?.[1] ?? 0,
    writers: nodes.filter(({ outputs }) => inside.has(outputs[0]!)),
    readers: nodes.filter(({ inputs }) => inside.has(inputs[0]!)),
  }
}

/** Inputs and outputs that an operator ties together; none where its channels do not stay apart. */
function joinedValues(graph: Graph, node: Node, shapes: Shapes): readonly string[] {
  const [input, output] = [node.inputs[0]!, node.outputs[0]!]
  const operator = operatorOf(node)
  const bounds = clampBounds(graph, node)
  const alone =
    bounds !== undefined ? scalesBelow(bounds) : operator?.channels === 'reshape' && keepsChannels(node, shapes)
  if (alone) return [input, output]
  if (!operator?.homogeneous) return []
  if (node.inputs.length === 1) return [input, output]
  return sameShape(node, shapes) && node.inputs.every((value) => !graph.initializers.has(value))
    ? [output, ...node.inputs]
    : []
}

/** A lower bound of 0 scales with its channel; a finite upper bound does as long as it is not reached. */
const scalesBelow = ({ min }: Bounds): boolean => min === 0 || min === -Infinity

/** One number a channel before and after: [N, C, 1, 1] as [N, C]. */
function keepsChannels({ inputs, outputs }: Node, shapes: Shapes): boolean {
  const [before, after] = [shapes.get(inputs[0]!) ?? [], shapes.get(outputs[0]!) ?? []]
  const rest = [...before.slice(2), ...after.slice(2)]
  return before[0] === after[0] && before[1] === after[1] && rest.every((dim) => dim === 1)
}

const sameShape = ({ inputs, outputs }: Node, shapes: Shapes): boolean =>
  inputs.every((value) => String(shapes.get(value)) === String(shapes.get(outputs[0]!)))

function isScalable(graph: Graph, node: Node, readers: ReadonlyMap<string, readonly Node[]>): boolean {
  if (!takesBias(node) || operatorOf(node)?.quantizationOf(constantContext(graph, node)) !== 'weighted') return false
  return [1, 2].every(
    (index) =>
      !node.inputs[index] || (constantInput(graph, node, index) && readers.get(node.inputs[index])?.length === 1),
  )
}
