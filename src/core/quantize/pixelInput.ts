import type { Preprocessing } from '../data/preprocessing'
import { consumers, constantInput, imageInput } from '../graph/graph'
import type { Graph, Node } from '../graph/graph'
import { floatTensor, sizeOf } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import type { Range } from './math/range'

/** Largest value of an 8-bit pixel. */
const largestPixel = 255

/** A graph that takes its first convolution from whole pixel numbers. */
export interface PixelInput {
  readonly graph: Graph
  /** The value that holds pixel − offset, and the range that makes its grid the pixels themselves. */
  readonly value: string
  readonly range: Range
  /** Names of the two nodes that turn the normalised image back into pixels. */
  readonly nodes: readonly string[]
}

/**
 * Images have 256 levels already. Their normalised form has another spacing in each colour, so that one scale for all three rounds every pixel
 * a second time; here the normalisation is undone before quantization and moved into the first convolution, and rounding loses nothing.
 * Where that convolution pads, the padding becomes the mean colour to within a few levels instead of exactly.
 * Undefined where the image has other readers than one Conv, or its weights are not constants.
 */
export function withPixelInput(graph: Graph, { mean, std }: Pick<Preprocessing, 'mean' | 'std'>): PixelInput | undefined {
  const input = imageInput(graph).name
  const [conv, other] = consumers(graph).get(input) ?? []
  const weight = conv && constantInput(graph, conv, 1)
  const bias = conv && constantInput(graph, conv, 2)
  if (!conv || other || conv.op !== 'Conv' || !weight || weight.shape[1] !== mean.length || (conv.inputs[2] && !bias)) return undefined
  const value = `${input}/pixels`
  const offset = Math.round((largestPixel * mean.reduce((sum, part) => sum + part, 0)) / mean.length)
  const names = { scaled: `${input}/to_levels`, shifted: `${input}/to_pixels` }
  const folded = foldedConv(weight, bias, { mean, std }, offset)
  const initializers = new Map([
    ...graph.initializers,
    [`${names.scaled}/factor`, floatTensor([1, std.length, 1, 1], std.map((part) => part * largestPixel))],
    [`${names.shifted}/offset`, floatTensor([1, mean.length, 1, 1], mean.map((part) => part * largestPixel - offset))],
    [`${conv.name}/pixel_weight`, folded.weight],
    [`${conv.name}/pixel_bias`, folded.bias],
  ])
  const nodes: readonly Node[] = [
    { name: names.scaled, op: 'Mul', inputs: [input, `${names.scaled}/factor`], outputs: [`${input}/levels`], attributes: {} },
    { name: names.shifted, op: 'Add', inputs: [`${input}/levels`, `${names.shifted}/offset`], outputs: [value], attributes: {} },
    ...graph.nodes.map((node) => (node === conv ? { ...node, inputs: [value, `${conv.name}/pixel_weight`, `${conv.name}/pixel_bias`] } : node)),
  ]
  return { graph: { ...graph, nodes, initializers }, value, range: { min: -offset, max: largestPixel - offset }, nodes: Object.values(names) }
}

/** x = (d + offset − 255 · mean) / (255 · std) with d = pixel − offset, put into the weights and the bias. */
function foldedConv(weight: TensorData, bias: TensorData | undefined, { mean, std }: Pick<Preprocessing, 'mean' | 'std'>, offset: number): { readonly weight: TensorData; readonly bias: TensorData } {
  const [out, channels] = weight.shape
  const window = sizeOf(weight.shape.slice(2))
  const channelOf = (index: number): number => Math.floor(index / window) % channels
  const values = Float32Array.from(weight.data, (value, index) => value / (largestPixel * std[channelOf(index)]))
  const shifted = Float64Array.from({ length: out }, (_, row) => bias?.data[row] ?? 0)
  values.forEach((value, index) => {
    shifted[Math.floor(index / (channels * window))] += value * (offset - largestPixel * mean[channelOf(index)])
  })
  return { weight: floatTensor(weight.shape, values), bias: floatTensor([out], shifted) }
}
