import { consumers } from '../graph/graph'
import type { Graph, Node } from '../graph/graph'
import { clipBounds } from '../ops/Clip'

/**
 * Merges a ReLU or ReLU6 into the batch normalization before it, or for inference into a convolution, where nothing else reads what lies between: both are
 * memory-bound, so one pass saves half of it.
 */
export function fuseActivations(graph: Graph, into: 'BatchNormalization' | 'Conv' = 'BatchNormalization'): Graph {
  const readers = consumers(graph)
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  const merged = new Set<Node>()
  const nodes = graph.nodes.map((node) => {
    const [next, ...others] = readers.get(node.outputs[0]) ?? []
    if (node.op !== into || !next || others.length > 0 || outputs.has(node.outputs[0])) return node
    const activation = activationOf(graph, next)
    if (!activation) return node
    merged.add(next)
    return { ...node, outputs: next.outputs, attributes: { ...node.attributes, activation } }
  })
  return { ...graph, nodes: nodes.filter((node) => !merged.has(node)) }
}

function activationOf(graph: Graph, node: Node): 'relu' | 'relu6' | undefined {
  if (node.op === 'Relu') return 'relu'
  if (node.op !== 'Clip') return undefined
  const { min, max } = clipBounds({ constant: (index) => graph.initializers.get(node.inputs[index] ?? '') })
  return min === 0 && max === 6 ? 'relu6' : undefined
}
