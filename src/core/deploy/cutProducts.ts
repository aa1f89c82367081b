import type { Node } from '../graph/graph'
import { floatTensor, intTensor } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { isConvolution } from '../ops/nodeFacts'
import type { Piece } from './qdqPieces'

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

/** A Conv, Gemm or MatMul whose integers can saturate. */
export interface RiskyLayer {
  readonly node: Node
  readonly pairs: readonly RiskyPair[]
  /** Height and width of the kernel; empty for Gemm and MatMul. */
  readonly window: readonly number[]
  /** Real number of one step of the integer sum, by output channel. */
  readonly steps: Float32Array
  /** DequantizeLinear in front of the layer. */
  readonly source: Node
  /** Of the unsigned activations that the kernel multiplies. */
  readonly zeroPoint: number
}

/**
 * The layer, and behind it what vpmaddubsw would cut off: the sums of its risky pairs less those sums within 16 bits, added up by output. Two numbers a
 * pair are computed, whatever the width of the layer.
 */
export function cutProducts(layer: RiskyLayer): Piece {
  const { node, source } = layer
  const draft = pieceNamed(`${node.name}/saturation`)
  // With scale 1 the integers themselves, less their zero point: padding then adds nothing, and the bias brings the zero point back.
  const integers = draft.add('integers', 'DequantizeLinear', [
    source.inputs[0],
    draft.put('one', floatTensor([], [1])),
    ...source.inputs.slice(2),
  ])
  const sums = isConvolution(node) ? windowSums(draft, layer, integers) : featureSums(draft, layer, integers)
  const bounds = [smallestSum, largestSum].map((bound, index) => draft.put(`bound${index}`, floatTensor([], [bound])))
  const lost = draft.add('lost', 'Sub', [sums, draft.add('within', 'Clip', [sums, ...bounds])])
  const total = isConvolution(node) ? windowTotal(draft, layer, lost) : featureTotal(draft, layer, lost)
  const exact = `${node.name}/saturation/exact`
  draft.nodes.push(
    { ...node, outputs: [exact] },
    {
      name: `${node.name}/saturation/result`,
      op: 'Sub',
      inputs: [exact, total],
      outputs: node.outputs,
      attributes: {},
    },
  )
  return draft
}

interface Draft extends Piece {
  readonly nodes: Node[]
  /** Adds a node and returns the name of its output. */
  add(part: string, op: string, inputs: readonly string[], attributes?: Node['attributes']): string
  /** Adds an initializer and returns its name. */
  put(part: string, tensor: TensorData): string
}

function pieceNamed(base: string): Draft {
  const nodes: Node[] = []
  const initializers = new Map<string, TensorData>()
  return {
    nodes,
    initializers,
    add(part, op, inputs, attributes = {}) {
      const output = `${base}/${part}`
      nodes.push({ name: output, op, inputs, outputs: [output], attributes })
      return output
    },
    put(part, tensor) {
      initializers.set(`${base}/${part}`, tensor)
      return `${base}/${part}`
    },
  }
}

/** Of each pair's two channels a convolution of its own: group i of the convolution is pair i. */
function windowSums(draft: Draft, { node, pairs, window, zeroPoint }: RiskyLayer, integers: string): string {
  const area = window.reduce((product, size) => product * size, 1)
  const weight = new Float32Array(pairs.length * 2 * area)
  pairs.forEach(({ reads, weights }, row) => {
    for (const side of [0, 1] as const) weight[(row * 2 + side) * area + reads[side].place] = weights[side]
  })
  const channels = draft.put('channels', intTensor(pairs.flatMap(({ reads }) => reads.map(({ channel }) => channel))))
  return draft.add(
    'sums',
    'Conv',
    [
      draft.add('chosen', 'Gather', [integers, channels], { axis: 1 }),
      draft.put('pairs', floatTensor([pairs.length, 2, ...window], weight)),
      draft.put('zero', floatTensor([pairs.length], zeroSums(pairs, zeroPoint))),
    ],
    { ...node.attributes, group: pairs.length },
  )
}

function windowTotal(draft: Draft, { pairs, window, steps }: RiskyLayer, lost: string): string {
  const point = window.map(() => 1)
  const weight = new Float32Array(steps.length * pairs.length)
  pairs.forEach(({ output }, row) => (weight[output * pairs.length + row] = steps[output]))
  const sums = draft.put('steps', floatTensor([steps.length, pairs.length, ...point], weight))
  return draft.add('total', 'Conv', [lost, sums], { kernel_shape: point })
}

function featureSums(draft: Draft, { pairs, zeroPoint }: RiskyLayer, integers: string): string {
  const product = (side: 0 | 1): string => {
    const features = draft.put(`features${side}`, intTensor(pairs.map(({ reads }) => reads[side].channel)))
    const weights = floatTensor(
      [pairs.length],
      pairs.map((pair) => pair.weights[side]),
    )
    const chosen = draft.add(`chosen${side}`, 'Gather', [integers, features], { axis: -1 })
    return draft.add(`product${side}`, 'Mul', [chosen, draft.put(`weights${side}`, weights)])
  }
  const zero = draft.put('zero', floatTensor([pairs.length], zeroSums(pairs, zeroPoint)))
  return draft.add('sums', 'Add', [draft.add('products', 'Add', [product(0), product(1)]), zero])
}

function featureTotal(draft: Draft, { pairs, steps }: RiskyLayer, lost: string): string {
  const weight = new Float32Array(pairs.length * steps.length)
  pairs.forEach(({ output }, row) => (weight[row * steps.length + output] = steps[output]))
  return draft.add('total', 'MatMul', [lost, draft.put('steps', floatTensor([pairs.length, steps.length], weight))])
}

const zeroSums = (pairs: readonly RiskyPair[], zeroPoint: number): readonly number[] =>
  pairs.map(({ weights: [a, b] }) => zeroPoint * (a + b))
