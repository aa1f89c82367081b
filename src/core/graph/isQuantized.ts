import type { Graph } from './graph'

/** Whether the graph holds quantized tensors between QuantizeLinear and DequantizeLinear nodes. */
export const isQuantized = (graph: Graph): boolean =>
  graph.nodes.some(({ op }) => op === 'QuantizeLinear' || op === 'DequantizeLinear')
