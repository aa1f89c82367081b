import type { Graph, Node } from '../../graph/graph'
import { inferShapes } from '../inferShapes'
import { gelu } from './gelu'
import { groupNorm } from './groupNorm'
import { layerNorm } from './layerNorm'
import { Surroundings } from './match'
import type { Found } from './match'
import { mish } from './mish'

type Pattern = (node: Node, around: Surroundings) => Found | undefined

/** Each begins at the operator that tells it: few nodes of a graph are one. */
const patterns: Readonly<Record<string, readonly Pattern[]>> = {
  Erf: [gelu],
  Tanh: [gelu, mish],
  Div: [layerNorm],
  InstanceNormalization: [groupNorm],
}

/** The graph with the nodes that exporters write for one operator joined to that operator (Gelu, Mish, LayerNormalization, GroupNormalization). */
export function withJoinedPatterns(graph: Graph): Graph {
  if (!graph.nodes.some(({ op }) => op in patterns)) return graph
  const batch = graph.inputs[0]?.shape[0]
  const around = new Surroundings(graph, inferShapes(graph, typeof batch === 'number' ? batch : 2))
  const joined = new Map<Node, Node>()
  const removed = new Set<Node>()
  const initializers = new Map(graph.initializers)
  for (const node of graph.nodes) {
    const found = patterns[node.op]?.map((pattern) => pattern(node, around)).find((each) => each !== undefined)
    if (!found || !around.isClosed(found.parts, found.last) || found.parts.some((part) => removed.has(part))) continue
    joined.set(found.last, found.joined)
    found.parts.forEach((part) => removed.add(part))
    for (const [name, value] of Object.entries(found.constants ?? {})) initializers.set(name, value)
  }
  const nodes = graph.nodes.filter((node) => !removed.has(node)).map((node) => joined.get(node) ?? node)
  return { ...graph, nodes, initializers }
}
