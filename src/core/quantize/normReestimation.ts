import type { Graph } from '../graph/graph'
import { constantInput } from '../graph/graph'
import { floatTensor } from '../graph/tensorData'
import { channelWeight } from './channelWeights'
import type { LayerObservation } from './layers'
import type { LayerSample } from './layerSamples'

/** A channel whose spread is off by more than this is not one that rounding explains. */
const largestFactor = 2

/**
 * Gives each output channel of a layer the mean and the spread that it has in the float network: what re-estimated batch statistics do where they are
 * still layers of their own (Sun et al., 2019; torch's `prepare_qat` models). The factor goes into the weight and its scale, so the integers stay.
 */
export function reestimateNorm(graph: Graph, { node, target, actual }: LayerObservation): Graph {
  const [weight, bias, qparams] = [
    channelWeight(graph, node),
    constantInput(graph, node, 2),
    graph.qparams.get(node.inputs[1]!),
  ]
  if (!weight || !bias || !qparams || qparams.axis === undefined) return graph
  const factors = Float64Array.from({ length: weight.outputs }, (_, channel) => factorOf(target, actual, channel))
  const scaled = Float32Array.from(weight.tensor.data, (value, index) => value * factors[weight.outputOf(index)]!)
  const shifted = Float32Array.from(
    bias.data,
    (value, channel) => target.means[channel]! - factors[channel]! * (actual.means[channel]! - value),
  )
  return {
    ...graph,
    initializers: new Map([
      ...graph.initializers,
      [weight.name, floatTensor(weight.tensor.shape, scaled)],
      [node.inputs[2]!, floatTensor(bias.shape, shifted)],
    ]),
    qparams: new Map([
      ...graph.qparams,
      [weight.name, { ...qparams, scale: qparams.scale.map((scale, channel) => scale * factors[channel]!) }],
    ]),
  }
}

const varianceOf = ({ means, meanSquares }: LayerSample, channel: number): number =>
  Math.max(0, meanSquares[channel]! - means[channel]! ** 2)

function factorOf(target: LayerSample, actual: LayerSample, channel: number): number {
  const [wanted, found] = [varianceOf(target, channel), varianceOf(actual, channel)]
  if (wanted === 0 || found === 0) return 1
  return Math.min(largestFactor, Math.max(1 / largestFactor, Math.sqrt(wanted / found)))
}
