import type { FloatShadow } from '../passes/floatShadow'
import type { Graph, Node } from '../graph/graph'
import { isDequantize } from '../graph/conversions'
import { consumers, producers } from '../graph/graph'
import { groupsOf, isConvolution } from '../ops/nodeFacts'
import { intTensor, tensorData } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'

/** onnxruntime's int8 convolutions read input channels in fours; other counts go through a slower kernel that copies every window (MLAS, `convsym.cpp`). */
export const imageBlock = 4

/** A convolution that reads the quantized images. */
interface ImageReader {
  readonly node: Node
  /** DequantizeLinear in front of it. */
  readonly source: Node
  readonly weight: string
  readonly channels: number
}

/** Convolutions that read the quantized images and whose input channels are no multiple of `block`. */
export function imageReaders(
  graph: Graph,
  { stored, graph: { initializers } }: FloatShadow,
  block = imageBlock,
): readonly ImageReader[] {
  const images = new Set(graph.inputs.map(({ name }) => name))
  const writers = producers(graph)
  return graph.nodes.flatMap((node): readonly ImageReader[] => {
    const [source, weight] = [writers.get(node.inputs[0]!), node.inputs[1] ?? '']
    const [, channels = 0, ...window] = initializers.get(weight)?.shape ?? []
    const isReader =
      isConvolution(node) &&
      source !== undefined &&
      isDequantize(source) &&
      images.has(writers.get(source.inputs[0]!)?.inputs[0] ?? '')
    const fits = stored.has(weight) && window.length === 2 && channels % block !== 0 && groupsOf(node) === 1
    return isReader && fits ? [{ node, source, weight, channels }] : []
  })
}

export const filledCount = (channels: number, block = imageBlock): number => Math.ceil(channels / block) * block

/** The graph with channels added to the integers of the images, in front of each reader: they stand for zero, and so do the weights that read them. */
export function fillImages(graph: Graph, readers: readonly ImageReader[]): Graph {
  const initializers = new Map(graph.initializers)
  const filled = new Map(readers.map((reader) => [reader.node, fillOne(reader, initializers)]))
  const idle = new Set(
    readers
      .map(({ source }) => source)
      .filter(({ outputs: [value] }) =>
        consumers(graph)
          .get(value ?? '')
          ?.every((node) => filled.has(node)),
      ),
  )
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => !idle.has(node)).flatMap((node) => filled.get(node) ?? [node]),
    initializers,
  }
}

function fillOne({ node, source, channels }: ImageReader, initializers: Map<string, TensorData>): readonly Node[] {
  const name = (part: string): string => `${node.name}/image/${part}`
  const [integers = '', scale = '', zeroPoint = ''] = source.inputs
  const zero = initializers.get(zeroPoint)
  initializers.set(name('widths'), intTensor([0, 0, 0, 0, 0, filledCount(channels) - channels, 0, 0]))
  initializers.set(name('zero'), tensorData(zero?.dtype ?? 'uint8', [], [zero?.data[0] ?? 0]))
  const padded: Node = {
    name: name('Pad'),
    op: 'Pad',
    inputs: [integers, name('widths'), name('zero')],
    outputs: [name('filled')],
    attributes: {},
  }
  const real: Node = {
    ...source,
    name: name('DequantizeLinear'),
    inputs: [name('filled'), scale, ...(zeroPoint ? [zeroPoint] : [])],
    outputs: [name('real')],
  }
  return [padded, real, { ...node, inputs: node.inputs.with(0, name('real')) }]
}
