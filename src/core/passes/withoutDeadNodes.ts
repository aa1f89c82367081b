import type { Graph, Node } from '../graph/graph'

/** The graph without nodes that no output depends on, such as what an auxiliary output left behind. */
export function withoutDeadNodes(graph: Graph): Graph {
  const wanted = new Set(graph.outputs.map(({ name }) => name))
  const kept = new Set<Node>()
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue
    kept.add(node)
    node.inputs.forEach((name) => wanted.add(name))
  }
  return kept.size === graph.nodes.length ? graph : { ...graph, nodes: graph.nodes.filter((node) => kept.has(node)) }
}
