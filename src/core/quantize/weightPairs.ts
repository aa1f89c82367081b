import type { Graph, Node } from '../graph/graph'
import { constantInput } from '../graph/graph'
import { sizeOf } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { groupsOf, isConvolution, outputAxis } from '../ops/nodeFacts'
import { atLeast } from '../../shared/atLeast'

/** Positions in a weight that vpmaddubsw multiplies and adds in one step: for each output channel, pairs of neighbours in the kernel's order. */
export interface WeightPairs {
  readonly first: Int32Array
  readonly second: Int32Array
  /** Output channel of each pair. */
  readonly output: Int32Array
}

/** Steps of the sum for one output channel that are multiplied and added together. */
type Steps = readonly (readonly [number, number])[]

/**
 * The pairs of a Conv, Gemm or MatMul with a constant weight. onnxruntime (MLAS: convsym.cpp, qgemm.cpp) sums over kernel rows, kernel columns and the
 * input channels of the group, the channels fastest, two by two from the start. Undefined for depthwise convolutions, whose kernels multiply in
 * 16 bits, and for other operators.
 */
export function weightPairs(graph: Graph, node: Node): WeightPairs | undefined {
  return pairsOf(graph, node, ({ inner, area }) => neighbours(0, inner * area))
}

/**
 * The same pairs, and those that the kernel meets once `padChannels` has filled the input channels: an odd count then ends with a zero, so that no pair
 * reaches from one place of the kernel into the next. Weights that are safe in both orders compute the same in either file.
 */
export function pairsInAllOrders(graph: Graph, node: Node): WeightPairs | undefined {
  return pairsOf(graph, node, ({ inner, area }) => [...neighbours(0, inner * area), ...filledSteps(inner, area)])
}

/** None where filling changes nothing. */
const filledSteps = (inner: number, area: number): Steps =>
  inner % 2 === 0 || area === 1
    ? []
    : Array.from({ length: area }, (_, place) => neighbours(place * inner, inner)).flat()

const neighbours = (start: number, count: number): Steps =>
  Array.from({ length: Math.floor(count / 2) }, (_, pair) => [start + 2 * pair, start + 2 * pair + 1] as const)

/** Input channels of a group, and places of the kernel. */
interface Extent {
  readonly inner: number
  readonly area: number
}

function pairsOf(graph: Graph, node: Node, stepsOf: (extent: Extent) => Steps): WeightPairs | undefined {
  const weight = constantInput(graph, node, 1)
  const axis = outputAxis(node)
  const isWindowed = isConvolution(node)
  if (!weight || axis === undefined || hasWideKernel(weight, node)) return undefined
  if (!isWindowed && weight.shape.length !== 2) return undefined
  const steps = stepsOf(extentOf(weight, isWindowed, axis))
  const outputs = weight.shape[axis]!
  const position = positionOf(weight, isWindowed, axis)
  const at = (side: 0 | 1) => (_: unknown, index: number) =>
    position(Math.floor(index / steps.length), steps[index % steps.length]![side])
  const length = outputs * steps.length
  return {
    first: Int32Array.from({ length }, at(0)),
    second: Int32Array.from({ length }, at(1)),
    output: Int32Array.from({ length }, (_, index) => Math.floor(index / steps.length)),
  }
}

/** One input channel for each output channel: onnxruntime's depthwise kernels, for a single channel too. */
const hasWideKernel = ({ shape }: TensorData, node: Node): boolean =>
  isConvolution(node) && shape[1] === 1 && groupsOf(node) === shape[0]

const extentOf = ({ shape }: TensorData, isWindowed: boolean, axis: number): Extent =>
  isWindowed ? { inner: shape[1]!, area: sizeOf(shape.slice(2)) } : { inner: shape[1 - axis]!, area: 1 }

/** Position in the row-major weight of step `k` of the sum for an output channel. */
function positionOf({ shape }: TensorData, isWindowed: boolean, axis: number): (output: number, k: number) => number {
  if (!isWindowed) return axis === 0 ? (output, k) => output * shape[1]! + k : (output, k) => k * shape[1]! + output
  const [, inner, ...window] = atLeast(2, shape)
  const area = sizeOf(window)
  return (output, k) => (output * inner + (k % inner)) * area + Math.floor(k / inner)
}
