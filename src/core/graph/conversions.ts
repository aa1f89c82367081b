import type { Graph, Node } from './graph'

// The graph itself knows these two operators by name: they carry the parameters of its values in a file (QDQ), whatever is computed between them.

/** From float to integers. */
export const isQuantize = ({ op }: Pick<Node, 'op'>): boolean => op === 'QuantizeLinear'

/** From integers to float. */
export const isDequantize = ({ op }: Pick<Node, 'op'>): boolean => op === 'DequantizeLinear'

export const isConversion = (node: Pick<Node, 'op'>): boolean => isQuantize(node) || isDequantize(node)

/** Whether the graph holds quantized tensors between QuantizeLinear and DequantizeLinear nodes. */
export const isQuantized = (graph: Graph): boolean => graph.nodes.some(isConversion)
