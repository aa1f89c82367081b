import type { Graph } from '../graph/graph'
import { operatorOf } from '../ops/nodeFacts'
import { inferShapes } from './inferShapes'

/** The graph with every node that has no int8 form of its own, but simpler ones that do, written as those: the same numbers. */
export function withInt8Forms(graph: Graph): Graph {
  const shapes = inferShapes(graph, 1)
  const nodes = graph.nodes.flatMap(
    (node) => operatorOf(node)?.expanded?.(node, shapes.get(node.inputs[0] ?? '') ?? []) ?? [node],
  )
  return { ...graph, nodes }
}
