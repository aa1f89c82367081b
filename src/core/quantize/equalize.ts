import type { Graph } from '../graph/graph'
import { floatTensor } from '../graph/tensorData'
import { channelGroups } from './channelGroups'
import type { ChannelGroup } from './channelGroups'
import { channelWeight } from './channelWeights'
import { expectedError } from './equalizationError'
import type { ChannelStatistics } from './observers/channelStatistics'

/** Shares of full equalization that are tried for each group: 0 leaves its channels alone, 1 gives all of them the same range. */
const strengths = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1]

/** A channel that is almost never active must not have its noise blown up. */
const largestFactor = 64

/**
 * Multiplies the channels of activations by factors that bring their ranges together, in the weights before them, and takes the factors back in
 * the weights behind them: one scale for the whole tensor then serves every channel. How far each group goes is what its expected error decides.
 * The graph computes what it did, but that a ReLU6 channel that grew meets its bound at the largest value seen in calibration, or above.
 * After Nagel et al., 2019 (cross-layer equalization), for the ranges of activations: weights have a scale for each output channel anyway.
 */
export function equalize(graph: Graph, statistics: ReadonlyMap<string, ChannelStatistics>): Graph {
  return channelGroups(graph).reduce((equalized, group) => {
    const factors = bestFactors(equalized, group, statistics)
    return factors ? scaled(equalized, group, factors) : equalized
  }, graph)
}

function bestFactors(
  graph: Graph,
  group: ChannelGroup,
  statistics: ReadonlyMap<string, ChannelStatistics>,
): Float64Array | undefined {
  const observed = group.values.flatMap((value) => statistics.get(value) ?? [])
  if (observed.length === 0) return undefined
  const maxima = Float64Array.from({ length: group.channels }, (_, channel) =>
    Math.max(...observed.map((entry) => entry.maxima[channel]!)),
  )
  const largest = Math.max(...maxima)
  const candidates = strengths.map((strength) =>
    maxima.map((maximum) => (maximum > 0 ? Math.min(largestFactor, (largest / maximum) ** strength) : 1)),
  )
  const errors = candidates.map((factors) => expectedError(graph, group, statistics, factors))
  return candidates[errors.indexOf(Math.min(...errors))]
}

/** The graph with the factors in the writers' rows and their reciprocals in the readers' columns. */
function scaled(graph: Graph, { writers, readers }: ChannelGroup, factors: Float64Array): Graph {
  const initializers = new Map(graph.initializers)
  const rescale = (name: string, factorOf: (index: number) => number): void => {
    const tensor = initializers.get(name)
    if (tensor)
      initializers.set(
        name,
        floatTensor(
          tensor.shape,
          Float32Array.from(tensor.data, (value, index) => value * factorOf(index)),
        ),
      )
  }
  for (const node of writers) {
    const weight = channelWeight(graph, node)
    if (weight) rescale(weight.name, (index) => factors[weight.outputOf(index)]!)
    rescale(node.inputs[2] ?? '', (index) => factors[index]!)
  }
  for (const node of readers) {
    const weight = channelWeight(graph, node)
    if (weight) rescale(weight.name, (index) => 1 / factors[weight.inputOf(index)]!)
  }
  return { ...graph, initializers }
}
