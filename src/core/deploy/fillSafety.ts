import type { Graph, Node } from '../graph/graph'
import type { FloatShadow } from '../passes/floatShadow'
import { pairsAtRisk } from '../quantize/saturation'
import { pairsInAllOrders, weightPairs } from '../quantize/weightPairs'

/**
 * Convolutions of a QDQ graph that would saturate elsewhere, or no longer, once their input channels are filled: on CPUs without VNNI the file would
 * then give other scores. They have an odd count of channels, and int8 weights of which a pair can leave 16 bits in one order or the other.
 */
export const layersUnsafeToFill = (graph: Graph, { graph: shapes, stored }: FloatShadow): readonly Node[] =>
  shapes.nodes.filter((node) => {
    const integers = graph.initializers.get(stored.get(node.inputs[1] ?? '')?.integers ?? '')
    const [asItIs, all] = [weightPairs(shapes, node), pairsInAllOrders(shapes, node)]
    if (integers?.dtype !== 'int8' || !asItIs || !all) return false
    return all.first.length > asItIs.first.length && pairsAtRisk(integers.data, all) > 0
  })
