import type { Graph, Node } from '../graph/graph'
import type { ChannelGroup } from './channelGroups'
import { channelWeight } from './channelWeights'
import { int8Symmetric, uint8Affine } from '../fakeQuant/grid'
import type { ChannelStatistics } from './observers/channelStatistics'

/** Variance of a rounding error, in squared steps. */
const roundingVariance = 1 / 12

/**
 * Expected squared error that 8-bit activations of a group and 8-bit weights of its readers bring into the readers' outputs, summed over output
 * channels, when the group's channels carry these factors. Rounding errors count as independent and uniform.
 */
export function expectedError(
  graph: Graph,
  { readers }: ChannelGroup,
  statistics: ReadonlyMap<string, ChannelStatistics>,
  factors: Float64Array,
): number {
  return readers.reduce((sum, node) => {
    const entry = statistics.get(node.inputs[0]!)
    return sum + (entry ? readerError(graph, node, entry, factors) : 0)
  }, 0)
}

function readerError(
  graph: Graph,
  node: Node,
  { maxima, meanSquares }: ChannelStatistics,
  factors: Float64Array,
): number {
  const weight = channelWeight(graph, node)
  if (!weight) return 0
  const { outputs, tensor, outputOf, inputOf } = weight
  const largest = maxima.reduce((most, maximum, channel) => Math.max(most, maximum * factors[channel]!), 0)
  const activationStep = largest / (uint8Affine.qmax - uint8Affine.qmin)
  const [squaredWeights, weightMaxima, squaredInputs] = [
    new Float64Array(outputs),
    new Float64Array(outputs),
    new Float64Array(outputs),
  ]
  for (let index = 0; index < tensor.data.length; index++) {
    const [output, input] = [outputOf(index), inputOf(index)]
    const value = Math.abs(tensor.data[index]!) / factors[input]!
    squaredWeights[output]! += value * value
    weightMaxima[output] = Math.max(weightMaxima[output]!, value)
    squaredInputs[output]! += meanSquares[input]! * factors[input]! ** 2
  }
  return squaredWeights.reduce((sum, squared, output) => {
    const weightStep = weightMaxima[output]! / int8Symmetric.qmax
    return sum + roundingVariance * (activationStep ** 2 * squared + weightStep ** 2 * squaredInputs[output]!)
  }, 0)
}
