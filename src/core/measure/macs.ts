import type { Graph } from '../graph/graph'
import { inferShapes, nodeContext } from '../graph/inferShapes'
import { operators } from '../ops/index'

/** Multiply-accumulate operations of one image. Throws `badInput` where shapes do not fit. */
export function macs(graph: Graph): number {
  const shapes = inferShapes(graph, 1)
  return graph.nodes.reduce((sum, node) => sum + (operators.get(node.op).macs?.(nodeContext(graph, node, shapes)) ?? 0), 0)
}
