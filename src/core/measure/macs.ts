import type { Graph } from '../graph/graph'
import { inferShapes, nodeContext } from '../passes/inferShapes'
import { operators } from '../ops/index'
import type { Shape } from '../ops/operator'

/** Multiply-accumulate operations of one image. Throws `badInput` where shapes do not fit. */
export function macs(graph: Graph): number {
  return macsOfSizes({ graph, shapes: inferShapes(graph, 1) })
}

/** The same for shapes that are known, such as those that a cut would leave. */
export function macsOfSizes({
  graph,
  shapes,
}: {
  readonly graph: Graph
  readonly shapes: ReadonlyMap<string, Shape>
}): number {
  return graph.nodes.reduce(
    (sum, node) => sum + (operators.get(node.op).macs?.(nodeContext(graph, node, shapes)) ?? 0),
    0,
  )
}
