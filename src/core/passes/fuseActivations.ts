import { consumers } from '../graph/graph'
import type { Graph, Node } from '../graph/graph'
import { clampBounds, isNormalization } from '../ops/nodeFacts'

/**
 * Merges a ReLU or ReLU6 into the batch normalization before it, or for inference into a convolution, where nothing else reads what lies between: both are
 * memory-bound, so one pass saves half of it.
 */
export function fuseActivations(graph: Graph, into: (node: Node) => boolean = isNormalization): Graph {
  const readers = consumers(graph)
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  const merged = new Set<Node>()
  const nodes = graph.nodes.map((node) => {
    const [next, ...others] = readers.get(node.outputs[0]!) ?? []
    if (!into(node) || !next || others.length > 0 || outputs.has(node.outputs[0]!)) return node
    const activation = activationOf(graph, next)
    if (!activation) return node
    merged.add(next)
    return { ...node, outputs: next.outputs, attributes: { ...node.attributes, activation } }
  })
  return { ...graph, nodes: nodes.filter((node) => !merged.has(node)) }
}

function activationOf(graph: Graph, node: Node): 'relu' | 'relu6' | undefined {
  const bounds = clampBounds(graph, node)
  if (bounds?.min !== 0) return undefined
  return bounds.max === Infinity ? 'relu' : bounds.max === 6 ? 'relu6' : undefined
}
