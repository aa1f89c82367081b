import type { Graph, Node } from '../../graph/graph'
import { constantInput } from '../../graph/graph'
import { floatTensor } from '../../graph/tensorData'
import type { TensorData } from '../../graph/tensorData'
import { outputAxis } from '../../ops/nodeFacts'
import { quantize } from '../../fakeQuant/quantize'
import { isRiskyPair } from '../saturation'
import { pairsInAllOrders } from '../weightPairs'
import { learnRounding } from './learnRounding'
import { anchored, momentsOf } from './moments'
import type { MatMul } from './moments'

/** A layer's inputs, cut into rows, with the outputs of the float network in the same places. */
export interface LayerRows {
  /** One list a group: [rows, fanIn]. */
  readonly inputs: readonly Float32Array[]
  /** [rows, outputs] */
  readonly targets: Float32Array
}

export interface AdaroundOptions {
  readonly iterations: number
  readonly multiply: MatMul
}

/** Wider layers are left at the nearest integers: their second moments would take more than 21 MB. */
const largestFanIn = 2304

/** Share of the mean input power that holds weights in place. */
const anchor = 0.01

/** Whether a layer's rounding can be learned: Conv and Gemm with the output channels first, not too wide. */
export function canLearnRounding(graph: Graph, node: Node): boolean {
  const weight = constantInput(graph, node, 1)
  const qparams = graph.qparams.get(node.inputs[1]!)
  return (
    weight !== undefined &&
    qparams?.axis === 0 &&
    outputAxis(node) === 0 &&
    weight.data.length / weight.shape[0]! <= largestFanIn
  )
}

/**
 * AdaRound (Nagel et al., 2020): learns for each weight of a layer whether to round it up or down, so that the layer's outputs on the simulated inputs come
 * closest to those of the float network. The squared error depends on second moments alone, so every step sees all rows at once. The weight becomes
 * the numbers that its integers stand for. Pairs of weights that could saturate are rounded to the nearest.
 */
export async function adaround(
  graph: Graph,
  node: Node,
  { inputs, targets }: LayerRows,
  { iterations, multiply }: AdaroundOptions,
): Promise<Graph> {
  const [weight, qparams] = [constantInput(graph, node, 1), graph.qparams.get(node.inputs[1]!)]
  if (!weight || !qparams) return graph
  const [outputs, groups] = [weight.shape[0]!, inputs.length]
  const [perGroup, fanIn] = [outputs / groups, weight.data.length / outputs]
  const weights = Float32Array.from(weight.data)
  const integers = new Int32Array(weights.length)
  for (let group = 0; group < groups; group++) {
    const [from, to] = [group * perGroup, (group + 1) * perGroup]
    const own = weights.subarray(from * fanIn, to * fanIn)
    const moments = anchored(
      await momentsOf(inputs[group]!, fanIn, columns(targets, outputs, from, to), perGroup, multiply),
      own,
      anchor,
    )
    const learned = await learnRounding(
      { weights: own, scales: qparams.scale.subarray(from, to), qmin: qparams.qmin, qmax: qparams.qmax, moments },
      iterations,
      multiply,
    )
    integers.set(learned.integers, from * fanIn)
  }
  const safe = withoutRiskyPairs(graph, node, integers, quantize(weights, weight.shape, qparams))
  return withWeight(
    graph,
    node,
    weight,
    Float32Array.from(safe, (value, index) => value * qparams.scale[Math.floor(index / fanIn)]!),
  )
}

function columns(rows: Float32Array, width: number, from: number, to: number): Float32Array {
  if (from === 0 && to === width) return rows
  const picked = new Float32Array((rows.length / width) * (to - from))
  picked.forEach(
    (_, index) => (picked[index] = rows[Math.floor(index / (to - from)) * width + from + (index % (to - from))]!),
  )
  return picked
}

/** Puts pairs that could saturate back to the nearest integers. A weight stands in pairs of several orders: one that moves may spoil another pair. */
function withoutRiskyPairs(graph: Graph, node: Node, learned: Int32Array, nearest: ArrayLike<number>): Int32Array {
  const pairs = pairsInAllOrders(graph, node)
  if (!pairs) return learned
  const restore = (index: number): boolean => {
    const [first, second] = [pairs.first[index]!, pairs.second[index]!]
    const isNearest = learned[first] === nearest[first] && learned[second] === nearest[second]
    if (isNearest || !isRiskyPair(learned[first]!, learned[second]!)) return false
    ;[learned[first], learned[second]] = [nearest[first]!, nearest[second]!]
    return true
  }
  let moved = true
  while (moved) {
    moved = false
    for (let index = 0; index < pairs.first.length; index++) moved = restore(index) || moved
  }
  return learned
}

const withWeight = (graph: Graph, node: Node, { shape }: TensorData, values: Float32Array): Graph => ({
  ...graph,
  initializers: new Map([...graph.initializers, [node.inputs[1]!, floatTensor(shape, values)]]),
})
