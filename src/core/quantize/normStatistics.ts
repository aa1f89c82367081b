import type { Graph, Node } from '../graph/graph'
import { constantInput } from '../graph/graph'
import { isNormalization } from '../ops/nodeFacts'
import type { LayerSample } from './layerSamples'

/** The first batch normalization of a network: what it remembers of its training shows whether it is fed as it was then. */
export const firstNorm = (graph: Graph): Node | undefined => graph.nodes.find(isNormalization)

/** Half of the channels may be off by this much: in standard deviations of the mean, and as a ratio of variances. */
const limits = { shift: 0.5, ratio: 2.5 }

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** A warning where the inputs of a normalization differ from what it was trained with; undefined where they fit. */
export function normalisationWarning(graph: Graph, norm: Node, seen: LayerSample): string | undefined {
  const [means, variances] = [constantInput(graph, norm, 3)?.data, constantInput(graph, norm, 4)?.data]
  if (!means || !variances) return undefined
  const lively = [...variances.keys()].filter((channel) => variances[channel]! > 1e-6)
  const shift = median(
    lively.map((channel) => Math.abs(seen.means[channel]! - means[channel]!) / Math.sqrt(variances[channel]!)),
  )
  const ratio = median(
    lively.map((channel) => (seen.meanSquares[channel]! - seen.means[channel]! ** 2) / variances[channel]!),
  )
  if (lively.length === 0 || (shift < limits.shift && ratio < limits.ratio && ratio > 1 / limits.ratio))
    return undefined
  return `the first normalization '${norm.name}' receives different inputs than in training (means off by ${shift.toFixed(1)} standard deviations, variance ${ratio.toFixed(2)} times): check the normalization (--preprocess)`
}
