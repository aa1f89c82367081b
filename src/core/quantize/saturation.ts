import type { Graph, QParams } from '../graph/graph'
import { constantInput } from '../graph/graph'
import type { TensorData } from '../graph/tensorData'
import { quantize } from '../fakeQuant/quantize'
import { pairsInAllOrders } from './weightPairs'
import type { WeightPairs } from './weightPairs'

/** Largest unsigned activation, and the largest sum of two products that 16 bits hold. */
const largestActivation = 255
const largestSum = 2 ** 15 - 1

/** Two weights of one sign may add up to this: 255 · 128 fits into 16 bits. */
export const largestPair = Math.floor(largestSum / largestActivation)

/** Whether two products can leave 16 bits: weights of one sign with |w₂ₖ + w₂ₖ₊₁| · 255 > 32767. */
export const isRiskyPair = (a: number, b: number): boolean => a * b > 0 && Math.abs(a + b) > largestPair

/** How many pairs of integers can leave 16 bits. */
export const pairsAtRisk = (integers: ArrayLike<number>, { first, second }: WeightPairs): number =>
  first.reduce(
    (count, position, index) => count + Number(isRiskyPair(integers[position]!, integers[second[index]!]!)),
    0,
  )

/** Rounding moves each of the two by half a step at most. */
const safePair = largestPair - 1

/** Parameters whose scales are enlarged in the channels, and only there, where a pair of rounded weights could leave 16 bits. */
export function withoutSaturation(weight: TensorData, qparams: QParams, pairs: WeightPairs): QParams {
  const scale = Float32Array.from(qparams.scale)
  for (let index = 0; index < pairs.first.length; index++) {
    const [a, b] = [weight.data[pairs.first[index]!]!, weight.data[pairs.second[index]!]!]
    const channel = qparams.axis === undefined ? 0 : pairs.output[index]!
    if (a * b > 0) scale[channel] = Math.max(scale[channel]!, Math.fround(Math.abs(a + b) / safePair))
  }
  return { ...qparams, scale }
}

/** Weight pairs at risk in one layer. */
export interface PairRisk {
  readonly node: string
  readonly pairs: number
  readonly atRisk: number
}

/** Of every layer of a graph with parameters whose weight is int8, in the order of its file and in that of the file with filled channels. */
export function pairRisks(graph: Graph): readonly PairRisk[] {
  return graph.nodes.flatMap((node) => {
    const [qparams, tensor] = [graph.qparams.get(node.inputs[1] ?? ''), constantInput(graph, node, 1)]
    const pairs = qparams?.dtype === 'int8' ? pairsInAllOrders(graph, node) : undefined
    if (!qparams || !tensor || !pairs) return []
    const integers = quantize(Float32Array.from(tensor.data), tensor.shape, qparams)
    return [{ node: node.name, pairs: pairs.first.length, atRisk: pairsAtRisk(integers, pairs) }]
  })
}

/** The parameters of a graph with int8 weights whose scales are enlarged where a pair of rounded weights could leave 16 bits: training moves weights. */
export function pairSafeScales(graph: Graph): Graph['qparams'] {
  const enlarged = graph.nodes.flatMap((node) => {
    const [name, qparams, tensor] = [
      node.inputs[1] ?? '',
      graph.qparams.get(node.inputs[1] ?? ''),
      constantInput(graph, node, 1),
    ]
    const pairs = qparams?.dtype === 'int8' ? pairsInAllOrders(graph, node) : undefined
    return qparams && tensor && pairs ? [[name, withoutSaturation(tensor, qparams, pairs)] as const] : []
  })
  return new Map([...graph.qparams, ...enlarged])
}
