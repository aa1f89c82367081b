import { constantInput } from '../../graph/graph'
import type { Graph, Node } from '../../graph/graph'
import { isFloat } from '../../graph/tensorData'
import { operators } from '../../ops/index'
import { constantContext, outputAxis } from '../../ops/nodeFacts'

/** What onnxruntime can do with a node in int8. */
export type NodeRole =
  /** int8 weight, int32 bias; output in int8 where `outputOptional` is false. */
  | 'weighted'
  /** Every float input and the output in int8. */
  | 'arithmetic'
  | 'passthrough'
  | 'clamp'

export type Suitability = { readonly role: NodeRole } | { readonly reason: string }

/** The role of a node in the quantized graph, or the reason why it stays in float. */
export function suitabilityOf(graph: Graph, node: Node): Suitability {
  const rule = operators.get(node.op).quantizationOf(constantContext(graph, node))
  if (rule === 'float') return { reason: `${node.op} has no int8 form in onnxruntime` }
  if (typeof rule !== 'string') return rule
  if (outputAxis(node) !== undefined && graph.initializers.has(node.inputs[0]!))
    return { reason: 'its input is a constant' }
  return rule === 'weighted' ? weightedSuitability(graph, node) : { role: rule }
}

function weightedSuitability(graph: Graph, node: Node): Suitability {
  const weight = constantInput(graph, node, 1)
  if (!weight) return { reason: 'its weight is computed at run time' }
  if (!isFloat(weight.dtype)) return { reason: `its weight is ${weight.dtype}` }
  if (node.inputs[2] && !constantInput(graph, node, 2)) return { reason: 'its bias is computed at run time' }
  return { role: 'weighted' }
}

/** Positions of a node's inputs that carry float data which int8 arithmetic reads; parameters of the operator are not among them. */
export function dataInputs(graph: Graph, node: Node, role: NodeRole): readonly string[] {
  const readsAll = role === 'arithmetic' && operators.get(node.op).manyOperands
  const candidates = readsAll ? node.inputs : node.inputs.slice(0, 1)
  return candidates.filter((name) => name && isFloat(graph.initializers.get(name)?.dtype ?? 'float32'))
}
