import { consumers, producers } from '../../graph/graph'
import type { Graph, Node } from '../../graph/graph'
import { clampBounds } from '../../ops/nodeFacts'
import { representableRange } from '../../fakeQuant/qparams'
import type { Bounds } from '../../ops/facts'

/** A bound may be missed by this share of a step: the float32 scale of [0, 6] ends at 6.0000002. */
const tolerance = 1e-3

/** Whether a grid of steps of `scale` ends where a clamp does, or before. */
export const staysInside = (grid: Bounds, bounds: Bounds, scale: number): boolean =>
  grid.min >= bounds.min - tolerance * scale && grid.max <= bounds.max + tolerance * scale

/**
 * Clamps that the grid of their output makes superfluous: saturation at qmin and qmax stays inside the bounds. onnxruntime then fuses the
 * convolution before them with the QuantizeLinear behind them. A clamp on an input of the graph stays: no node could write its output in its place.
 */
export function superfluousClamps(graph: Graph): ReadonlySet<Node> {
  const [readers, writers] = [consumers(graph), producers(graph)]
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  return new Set(
    graph.nodes.filter((node) => {
      const [bounds, qparams, input] = [clampBounds(graph, node), graph.qparams.get(node.outputs[0]!), node.inputs[0]]
      if (!bounds || !qparams || !input || graph.qparams.has(input) || outputs.has(input)) return false
      if (!writers.has(input) || readers.get(input)?.length !== 1) return false
      return staysInside(representableRange(qparams), bounds, qparams.scale[0]!)
    }),
  )
}
