import type { Graph, Node } from '../graph/graph'
import { outputAxis } from '../ops/nodeFacts'

/**
 * onnxruntime quantizes the float weight of a Conv or Gemm between DequantizeLinear and QuantizeLinear by itself, with one scale for the whole
 * weight (its WeightBiasQuantization pass, since 1.21): a layer that is kept in float for its accuracy would lose more than in int8. A LeakyRelu
 * with slope 1 behind it changes no number, hides the pattern, and is fused into the convolution afterwards.
 */
export function needsFloatGuard(graph: Graph, node: Node): boolean {
  const [input = '', weight = ''] = node.inputs
  return (
    outputAxis(node) !== undefined &&
    graph.qparams.has(input) &&
    !graph.qparams.has(weight) &&
    graph.initializers.has(weight)
  )
}

export const floatGuard = (node: Node, from: string, to: string): Node => ({
  name: `${node.name}/float_guard`,
  op: 'LeakyRelu',
  inputs: [from],
  outputs: [to],
  attributes: { alpha: 1 },
})
