import type { Graph } from '../graph/graph'
import { floatTensor, intTensor, sizeOf } from '../graph/tensorData'
import { groupsOf, isConvolution, outputAxis } from '../ops/nodeFacts'
import { isRiskyPair } from '../quantize/saturation'
import { weightPairs } from '../quantize/weightPairs'
import type { Draft } from './draft'
import type { IntegerLayer } from './integerLayers'
import { atLeast } from '../../shared/atLeast'

/** Least and largest integer of the 16 bits that hold a sum of two products. */
const [smallestSum, largestSum] = [-(2 ** 15), 2 ** 15 - 1]

/** What a weight reads: a channel (Conv) or feature of the input, at a place of the kernel (0 for Gemm and MatMul). */
interface WeightReader {
  readonly channel: number
  readonly place: number
}

/** Two weights whose products can leave 16 bits. */
export interface RiskyPair {
  readonly reads: readonly [WeightReader, WeightReader]
  readonly weights: readonly [number, number]
  readonly output: number
}

/** The pairs of a layer with int8 weights that can leave 16 bits, in the order of the file; `shapes` is the graph's float shadow. */
export function riskyPairs(shapes: Graph, layer: IntegerLayer): readonly RiskyPair[] {
  const found = layer.weight.dtype === 'int8' ? weightPairs(shapes, layer.shadow) : undefined
  if (!found) return []
  const { data } = layer.weight
  const reads = readerOf(layer)
  const pairs: RiskyPair[] = []
  found.first.forEach((first, index) => {
    const [second, output] = [found.second[index]!, found.output[index]!]
    const weights = [data[first]!, data[second]!] as const
    if (isRiskyPair(...weights)) pairs.push({ reads: [reads(first, output), reads(second, output)], weights, output })
  })
  return pairs
}

/** The input channel and the place of the kernel of a position in a weight. */
function readerOf({
  shadow: node,
  weight: { shape },
}: IntegerLayer): (position: number, output: number) => WeightReader {
  if (!isConvolution(node)) {
    const isRowByOutput = outputAxis(node) === 0
    return (position) => ({
      channel: isRowByOutput ? position % shape[1]! : Math.floor(position / shape[1]!),
      place: 0,
    })
  }
  const [outputs, inner, ...window] = atLeast(2, shape)
  const area = sizeOf(window)
  const perGroup = outputs / groupsOf(node)
  return (position, output) => ({
    channel: Math.floor(output / perGroup) * inner + (Math.floor(position / area) % inner),
    place: position % area,
  })
}

/**
 * What vpmaddubsw cuts off the sums of a layer, by output: the sums of its risky pairs less those sums within 16 bits. `integers` are the layer's inputs
 * less their zero point. Two numbers a pair are computed, whatever the width of the layer. Returns the name of the value.
 */
export function cutProducts(draft: Draft, layer: IntegerLayer, pairs: readonly RiskyPair[], integers: string): string {
  const isWindowed = isConvolution(layer.node)
  const sums = (isWindowed ? windowSums : featureSums)(draft, layer, pairs, integers)
  const bounds = [smallestSum, largestSum].map((bound, index) => draft.put(`bound${index}`, floatTensor([], [bound])))
  const lost = draft.add('lost', 'Sub', [sums, draft.add('within', 'Clip', [sums, ...bounds])])
  return (isWindowed ? windowTotal : featureTotal)(draft, layer, pairs, lost)
}

/** Of each pair's two channels a convolution of its own: group i of the convolution is pair i. */
function windowSums(draft: Draft, layer: IntegerLayer, pairs: readonly RiskyPair[], integers: string): string {
  const window = layer.weight.shape.slice(2)
  const area = sizeOf(window)
  const weight = new Float32Array(pairs.length * 2 * area)
  pairs.forEach(({ reads, weights }, row) => {
    for (const side of [0, 1] as const) weight[(row * 2 + side) * area + reads[side].place] = weights[side]
  })
  const channels = draft.put('channels', intTensor(pairs.flatMap(({ reads }) => reads.map(({ channel }) => channel))))
  const inputs = [
    draft.add('chosen', 'Gather', [integers, channels], { attributes: { axis: 1 } }),
    draft.put('pairs', floatTensor([pairs.length, 2, ...window], weight)),
    zeroSums(draft, layer, pairs),
  ]
  return draft.add('pairSums', 'Conv', inputs, { attributes: { ...layer.node.attributes, group: pairs.length } })
}

function windowTotal(
  draft: Draft,
  { weight, outputs }: IntegerLayer,
  pairs: readonly RiskyPair[],
  lost: string,
): string {
  const point = weight.shape.slice(2).map(() => 1)
  const members = new Float32Array(outputs * pairs.length)
  pairs.forEach(({ output }, row) => (members[output * pairs.length + row] = 1))
  const weights = draft.put('members', floatTensor([outputs, pairs.length, ...point], members))
  return draft.add('cut', 'Conv', [lost, weights], { attributes: { kernel_shape: point } })
}

function featureSums(draft: Draft, layer: IntegerLayer, pairs: readonly RiskyPair[], integers: string): string {
  const product = (side: 0 | 1): string => {
    const features = intTensor(pairs.map(({ reads }) => reads[side].channel))
    const weights = Float32Array.from(pairs, (pair) => pair.weights[side])
    const chosen = draft.add(`chosen${side}`, 'Gather', [integers, draft.put(`features${side}`, features)], {
      attributes: { axis: -1 },
    })
    return draft.add(`product${side}`, 'Mul', [
      chosen,
      draft.put(`weights${side}`, floatTensor([pairs.length], weights)),
    ])
  }
  const products = draft.add('products', 'Add', [product(0), product(1)])
  return draft.add('pairSums', 'Add', [products, zeroSums(draft, layer, pairs)])
}

function featureTotal(draft: Draft, { outputs }: IntegerLayer, pairs: readonly RiskyPair[], lost: string): string {
  const members = new Float32Array(pairs.length * outputs)
  pairs.forEach(({ output }, row) => (members[row * outputs + output] = 1))
  return draft.add('cut', 'MatMul', [lost, draft.put('members', floatTensor([pairs.length, outputs], members))])
}

/** What the zero point adds to each pair: the kernel multiplies unsigned activations, signed ones are moved up by 128 before. */
function zeroSums(draft: Draft, { input }: IntegerLayer, pairs: readonly RiskyPair[]): string {
  const zero = input.zeroPoint - input.lowest
  return draft.put(
    'pairZeros',
    floatTensor(
      [pairs.length],
      pairs.map(({ weights: [a, b] }) => zero * (a + b)),
    ),
  )
}
