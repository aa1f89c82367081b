import { constantInput } from '../../graph/graph'
import type { Graph, Node } from '../../graph/graph'
import { representableRange } from '../../fakeQuant/qparams'
import { rangeOf } from '../../fakeQuant/range'
import { activationStatistics, exactStatistics, uniformBins } from '../observers/distribution'
import type { UniformBins } from '../observers/distribution'
import type { TensorStatistics } from '../observers/statistics'
import type { LayerAnalysis } from '../../../shared/types'
import { outputOf } from './restrict'

/** Bars of a histogram in the report. */
const bars = 64

type Description = Pick<
  LayerAnalysis,
  | 'layer'
  | 'op'
  | 'output'
  | 'observed'
  | 'covered'
  | 'clippedShare'
  | 'activationScale'
  | 'weightScales'
  | 'weightHistogram'
  | 'activationHistogram'
>

/** Ranges, scales and histograms of a layer's weight and output. */
export function describeLayer(
  graph: Graph,
  node: Node,
  statistics: ReadonlyMap<string, TensorStatistics>,
  groups: ReadonlyMap<string, string>,
): Description {
  const output = outputOf(graph, node)
  const weights = Float32Array.from(constantInput(graph, node, 1)?.data ?? [])
  const seen = statistics.get(groups.get(output) ?? output)
  const qparams = graph.qparams.get(output)
  const covered = qparams ? representableRange(qparams) : null
  const observed = seen ? { min: seen.min, max: seen.max } : null
  const distribution = seen?.histogram ? activationStatistics(seen).distribution() : undefined
  const outside =
    distribution && covered
      ? distribution.values.reduce(
          (sum, value, index) => sum + (value < covered.min || value > covered.max ? distribution.counts[index]! : 0),
          0,
        )
      : undefined
  return {
    layer: node.name,
    op: node.op,
    output,
    observed,
    covered,
    clippedShare: outside !== undefined && seen ? outside / seen.count : null,
    activationScale: qparams ? qparams.scale[0]! : null,
    weightScales: [...(graph.qparams.get(node.inputs[1]!)?.scale ?? [])],
    weightHistogram: plain(
      uniformBins(exactStatistics(node.inputs[1]!, weights).distribution(), widened(rangeOf(weights)), bars),
    ),
    activationHistogram: distribution && observed ? plain(uniformBins(distribution, widened(observed), bars)) : null,
  }
}

const plain = ({ low, binWidth, counts }: UniformBins): LayerAnalysis['weightHistogram'] => ({
  low,
  binWidth,
  counts: [...counts],
})

const widened = ({
  min,
  max,
}: {
  readonly min: number
  readonly max: number
}): { readonly min: number; readonly max: number } => (max > min ? { min, max } : { min: min - 0.5, max: max + 0.5 })
