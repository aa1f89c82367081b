import type { Graph } from '../graph/graph'
import { constantInput } from '../graph/graph'
import { floatTensor } from '../graph/tensorData'
import type { LayerObservation } from './layers'

/**
 * Moves each output channel of a layer back to the mean that it has in the float network: rounding and clipping shift means, and the shifts add up
 * from layer to layer. Source: Nagel et al., 2019, section 4.2, in its empirical form.
 */
export function correctBias(graph: Graph, { node, target, actual }: LayerObservation): Graph {
  const bias = constantInput(graph, node, 2)
  if (!bias) return graph
  const corrected = Float32Array.from(
    bias.data,
    (value, channel) => value + target.means[channel]! - actual.means[channel]!,
  )
  return {
    ...graph,
    initializers: new Map([...graph.initializers, [node.inputs[2]!, floatTensor(bias.shape, corrected)]]),
  }
}
