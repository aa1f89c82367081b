import { floatShadow } from '../passes/floatShadow'
import type { FloatShadow, StoredParameter } from '../passes/floatShadow'
import type { Graph, Node } from '../graph/graph'
import { producers } from '../graph/graph'
import { isDequantize } from '../graph/conversions'
import { groupsOf, isConvolution, outputAxis } from '../ops/nodeFacts'
import { floatTensor } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { largestPair, weightPairs } from '../quantize/saturation'
import type { WeightPairs } from '../quantize/saturation'

/** Least and largest integer of the 16 bits that hold a sum of two products. */
const [smallestSum, largestSum] = [-(2 ** 15), 2 ** 15 - 1]

export interface SaturatingForm {
  readonly graph: Graph
  /** Pairs of weights whose products can leave 16 bits, in all layers. */
  readonly pairs: number
}

/**
 * A QDQ graph that computes on any CPU what one without VNNI computes: for each pair of neighbouring products that can leave 16 bits, a branch in float
 * subtracts what vpmaddubsw would cut off. Layers with int8 weights and one group; grouped ones other than depthwise stay exact.
 */
export function saturatingForm(graph: Graph): SaturatingForm {
  const shadow = floatShadow(graph)
  if (!shadow) return { graph, pairs: 0 }
  const initializers = new Map(graph.initializers)
  const writers = producers(graph)
  let pairs = 0
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    const layer = riskyLayer(graph, shadow, writers, node)
    if (!layer) return [node]
    pairs += layer.risky.length
    return cutOff(node, layer, initializers)
  })
  return { graph: { ...graph, nodes, initializers }, pairs }
}

interface RiskyPair {
  readonly first: number
  readonly second: number
  readonly output: number
}

interface RiskyLayer {
  readonly risky: readonly RiskyPair[]
  readonly weight: TensorData
  /** Real number of one step of the integer sum, by output channel. */
  readonly steps: Float32Array
  /** DequantizeLinear in front of the layer. */
  readonly source: Node
  readonly zeroPoint: number
}

function riskyLayer(
  graph: Graph,
  { graph: plain, stored }: FloatShadow,
  writers: ReadonlyMap<string, Node>,
  node: Node,
): RiskyLayer | undefined {
  const [parameter, source] = [stored.get(node.inputs[1] ?? ''), writers.get(node.inputs[0])]
  const pairs = parameter && groupsOf(node) === 1 ? weightPairs(plain, node) : undefined
  const weight = graph.initializers.get(parameter?.integers ?? '')
  if (!pairs || !parameter || weight?.dtype !== 'int8' || !source || !isDequantize(source)) return undefined
  const risky = riskyPairs(weight, pairs)
  if (risky.length === 0) return undefined
  const [scale, zeroPoint] = source.inputs.slice(1).map((name) => graph.initializers.get(name)?.data[0] ?? 0)
  const outputs = Math.max(...pairs.output) + 1
  return { risky, weight, source, zeroPoint, steps: stepsOf(graph, parameter, scale, outputs) }
}

const stepsOf = (
  { initializers }: Graph,
  { scale }: StoredParameter,
  activation: number,
  outputs: number,
): Float32Array => {
  const scales = initializers.get(scale)?.data ?? Float32Array.of(1)
  return Float32Array.from({ length: outputs }, (_, output) => activation * scales[scales.length === 1 ? 0 : output])
}

function riskyPairs({ data }: TensorData, { first, second, output }: WeightPairs): readonly RiskyPair[] {
  const found: RiskyPair[] = []
  for (let index = 0; index < first.length; index++) {
    const [a, b] = [data[first[index]], data[second[index]]]
    if (a * b > 0 && Math.abs(a + b) > largestPair)
      found.push({ first: first[index], second: second[index], output: output[index] })
  }
  return found
}

/** The layer, and behind it the sums of its risky pairs less those sums within 16 bits, added up by output. */
function cutOff(node: Node, layer: RiskyLayer, initializers: Map<string, TensorData>): readonly Node[] {
  const name = (part: string): string => `${node.name}/saturation/${part}`
  const put = (part: string, tensor: TensorData): string => {
    initializers.set(name(part), tensor)
    return name(part)
  }
  const make = (part: string, op: string, inputs: readonly string[], attributes: Node['attributes'] = {}): Node => ({
    name: name(part),
    op,
    inputs,
    outputs: [`${name(part)}/value`],
    attributes,
  })
  const isConv = isConvolution(node)
  const attributes = isConv ? node.attributes : { transB: 1 }
  const { pairWeight, pairBias, sumWeight } = matrices(node, layer)
  // With scale 1 the integers themselves, less their zero point: padding then adds nothing, and the bias brings the zero point back.
  const integers = make('integers', 'DequantizeLinear', [
    layer.source.inputs[0],
    put('one', floatTensor([], [1])),
    layer.source.inputs[2],
  ])
  const sums = make('sums', node.op, [integers.outputs[0], put('pairs', pairWeight), put('zero', pairBias)], attributes)
  const within = make('within', 'Clip', [
    sums.outputs[0],
    put('least', floatTensor([], [smallestSum])),
    put('most', floatTensor([], [largestSum])),
  ])
  const lost = make('lost', 'Sub', [sums.outputs[0], within.outputs[0]])
  const total = make(
    'total',
    node.op,
    [lost.outputs[0], put('steps', sumWeight)],
    isConv ? { kernel_shape: sumWeight.shape.slice(2) } : { transB: 1 },
  )
  const exact = { ...node, outputs: [name('exact')] }
  return [
    exact,
    integers,
    sums,
    within,
    lost,
    total,
    { ...make('result', 'Sub', [name('exact'), total.outputs[0]]), outputs: node.outputs },
  ]
}

function matrices(
  node: Node,
  { risky, weight, steps, zeroPoint }: RiskyLayer,
): { readonly pairWeight: TensorData; readonly pairBias: TensorData; readonly sumWeight: TensorData } {
  const isRowByOutput = outputAxis(node) === 0
  const perOutput = weight.data.length / steps.length
  const position = (index: number): number => (isRowByOutput ? index % perOutput : Math.floor(index / steps.length))
  const [pairs, sums] = [new Float32Array(risky.length * perOutput), new Float32Array(steps.length * risky.length)]
  for (const [row, { first, second, output }] of risky.entries()) {
    for (const index of [first, second]) pairs[row * perOutput + position(index)] = weight.data[index]
    sums[output * risky.length + row] = steps[output]
  }
  const inner = isConvolution(node) ? weight.shape.slice(1) : [perOutput]
  const bias = risky.map(({ first, second }) => zeroPoint * (weight.data[first] + weight.data[second]))
  const point = isConvolution(node) ? new Array<number>(weight.shape.length - 2).fill(1) : []
  return {
    pairWeight: floatTensor([risky.length, ...inner], pairs),
    pairBias: floatTensor([risky.length], bias),
    sumWeight: floatTensor([steps.length, risky.length, ...point], sums),
  }
}
