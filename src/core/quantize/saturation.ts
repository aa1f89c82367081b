import type { Graph, Node, QParams } from '../graph/graph'
import { constantInput } from '../graph/graph'
import { isConvolution, isDepthwise, outputAxis } from '../ops/nodeFacts'
import { sizeOf } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { quantize } from '../fakeQuant/quantize'

/** Largest unsigned activation, and the largest sum of two products that 16 bits hold. */
const largestActivation = 255
const largestSum = 2 ** 15 - 1

/** Two weights of one sign may add up to this: 255 · 128 fits into 16 bits. */
export const largestPair = Math.floor(largestSum / largestActivation)

/** Positions in a weight that vpmaddubsw multiplies and adds in one step: for each output channel, pairs of neighbours in the kernel's order. */
export interface WeightPairs {
  readonly first: Int32Array
  readonly second: Int32Array
  /** Output channel of each pair. */
  readonly output: Int32Array
}

/**
 * The pairs of a Conv, Gemm or MatMul with a constant weight. onnxruntime (MLAS) sums over kernel rows, kernel columns and input channels, the channels
 * fastest, two by two from the start. Undefined for depthwise convolutions, whose kernels multiply in 16 bits, and for other operators.
 */
export function weightPairs(graph: Graph, node: Node): WeightPairs | undefined {
  const weight = constantInput(graph, node, 1)
  const axis = outputAxis(node)
  if (!weight || axis === undefined || isDepthwise(node, weight.shape)) return undefined
  const position = positionOf(weight, isConvolution(node), axis)
  const outputs = weight.shape[axis]
  const perOutput = Math.floor(weight.data.length / outputs / 2)
  const pairs: WeightPairs = {
    first: new Int32Array(outputs * perOutput),
    second: new Int32Array(outputs * perOutput),
    output: new Int32Array(outputs * perOutput),
  }
  for (let index = 0; index < outputs * perOutput; index++) {
    const [output, pair] = [Math.floor(index / perOutput), index % perOutput]
    pairs.first[index] = position(output, 2 * pair)
    pairs.second[index] = position(output, 2 * pair + 1)
    pairs.output[index] = output
  }
  return pairs
}

/** Position in the row-major weight of step `k` of the sum for an output channel. */
function positionOf({ shape }: TensorData, isWindowed: boolean, axis: number): (output: number, k: number) => number {
  if (!isWindowed) return axis === 0 ? (output, k) => output * shape[1] + k : (output, k) => k * shape[1] + output
  const [, inner, ...window] = shape
  const area = sizeOf(window)
  return (output, k) => (output * inner + (k % inner)) * area + Math.floor(k / inner)
}

/** Pairs whose products can leave 16 bits: same sign, and |w₂ₖ + w₂ₖ₊₁| · 255 > 32767. */
export function pairsAtRisk(integers: ArrayLike<number>, { first, second }: WeightPairs): number {
  let count = 0
  for (let index = 0; index < first.length; index++) {
    const [a, b] = [integers[first[index]], integers[second[index]]]
    if (a * b > 0 && Math.abs(a + b) > largestPair) count++
  }
  return count
}

/** Rounding moves each of the two by half a step at most. */
const safePair = largestPair - 1

/** Parameters whose scales are enlarged in the channels, and only there, where a pair of rounded weights could leave 16 bits. */
export function withoutSaturation(weight: TensorData, qparams: QParams, pairs: WeightPairs): QParams {
  const scale = Float32Array.from(qparams.scale)
  for (let index = 0; index < pairs.first.length; index++) {
    const [a, b] = [weight.data[pairs.first[index]], weight.data[pairs.second[index]]]
    const channel = qparams.axis === undefined ? 0 : pairs.output[index]
    if (a * b > 0) scale[channel] = Math.max(scale[channel], Math.fround(Math.abs(a + b) / safePair))
  }
  return { ...qparams, scale }
}

/** Weight pairs at risk in one layer. */
export interface PairRisk {
  readonly node: string
  readonly pairs: number
  readonly atRisk: number
}

/** Of every layer of a graph with parameters whose weight is int8. */
export function pairRisks(graph: Graph): readonly PairRisk[] {
  return graph.nodes.flatMap((node) => {
    const [qparams, tensor] = [graph.qparams.get(node.inputs[1] ?? ''), constantInput(graph, node, 1)]
    const pairs = qparams?.dtype === 'int8' ? weightPairs(graph, node) : undefined
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
    const pairs = qparams?.dtype === 'int8' ? weightPairs(graph, node) : undefined
    return qparams && tensor && pairs ? [[name, withoutSaturation(tensor, qparams, pairs)] as const] : []
  })
  return new Map([...graph.qparams, ...enlarged])
}
