import { constantInput } from '../../graph/graph'
import type { Graph, Node } from '../../graph/graph'
import { isFloat } from '../../graph/tensorData'
import { operators } from '../../ops/index'

/** What onnxruntime can do with a node in int8. */
export type NodeRole =
  /** int8 weight, int32 bias; output in int8 where `outputOptional` is false. */
  | 'weighted'
  /** Every float input and the output in int8. */
  | 'arithmetic'
  | 'passthrough'
  | 'clamp'

export type Suitability = { readonly role: NodeRole } | { readonly reason: string }

/** Operators that read every input as data; a constant among them is quantized as activations are. */
const manyOperands = new Set(['Add', 'Mul', 'Concat', 'MatMul'])

/** The role of a node in the quantized graph, or the reason why it stays in float. */
export function suitabilityOf(graph: Graph, node: Node): Suitability {
  const rule = operators.get(node.op).quantization
  if (rule === 'float') return { reason: `${node.op} has no int8 form in onnxruntime` }
  if (node.op === 'ReduceMean') return { reason: 'only a mean over height and width has an int8 form in onnxruntime' }
  return rule === 'weighted' ? weightedSuitability(graph, node) : { role: rule }
}

function weightedSuitability(graph: Graph, node: Node): Suitability {
  if (graph.initializers.has(node.inputs[0])) return { reason: 'its input is a constant' }
  const weight = constantInput(graph, node, 1)
  if (!weight) return node.op === 'MatMul' ? { role: 'arithmetic' } : { reason: 'its weight is computed at run time' }
  if (!isFloat(weight.dtype)) return { reason: `its weight is ${weight.dtype}` }
  if (node.inputs[2] && !constantInput(graph, node, 2)) return { reason: 'its bias is computed at run time' }
  if (node.op === 'MatMul' && weight.shape.length !== 2) return { reason: `its weight has ${weight.shape.length} axes` }
  return node.op === 'Gemm' ? gemmSuitability(node) : { role: 'weighted' }
}

/** onnxruntime's QGemm knows no β and keeps α in float. */
function gemmSuitability({ attributes: { alpha = 1, beta = 1, transA = 0 } }: Node): Suitability {
  return alpha === 1 && beta === 1 && transA === 0
    ? { role: 'weighted' }
    : { reason: `alpha ${String(alpha)}, beta ${String(beta)}, transA ${String(transA)}: expected 1, 1, 0` }
}

/** Positions of a node's inputs that carry float data which int8 arithmetic reads; parameters of the operator are not among them. */
export function dataInputs(graph: Graph, node: Node, role: NodeRole): readonly string[] {
  const candidates = role === 'arithmetic' && manyOperands.has(node.op) ? node.inputs : node.inputs.slice(0, 1)
  return candidates.filter((name) => name && isFloat(graph.initializers.get(name)?.dtype ?? 'float32'))
}

/** onnxruntime gives these a float output where nothing quantizes it: class scores keep their precision. */
export const hasOptionalOutput = (node: Node): boolean => node.op === 'Gemm' || node.op === 'MatMul'
