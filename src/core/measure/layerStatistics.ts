import { producers } from '../graph/graph'
import type { Graph, Node } from '../graph/graph'
import { inferShapes, nodeContext } from '../passes/inferShapes'
import { outputAxis } from '../ops/nodeFacts'
import { operators } from '../ops/index'
import { isDequantize } from '../graph/conversions'

/** One convolution or linear layer as the file holds it. */
export interface LayerStatistics {
  readonly name: string
  readonly op: string
  /** Of the weight, in ONNX's order. */
  readonly shape: readonly number[]
  readonly params: number
  readonly nonzeroParams: number
  /** Share of zeros among its weights. */
  readonly sparsity: number
  /** Multiply-accumulate operations per image. */
  readonly macs: number
}

/** Every layer of a graph, float or int8, in graph order. A weight that two layers share is counted in both. */
export function layerStatistics(graph: Graph): readonly LayerStatistics[] {
  const shapes = inferShapes(graph, 1)
  const writers = producers(graph)
  return graph.nodes.flatMap((node) => {
    const weight = outputAxis(node) === undefined ? undefined : storedWeight(graph, writers, node)
    if (!weight) return []
    const { shape, data } = weight
    const nonzeroParams = data.reduce((count: number, value: number) => count + Number(value !== 0), 0)
    return [
      {
        name: node.name,
        op: node.op,
        shape,
        params: data.length,
        nonzeroParams,
        sparsity: 1 - nonzeroParams / data.length,
        macs: operators.get(node.op).macs?.(nodeContext(graph, node, shapes)) ?? 0,
      },
    ]
  })
}

/** The weight's initializer; for int8 the integers behind DequantizeLinear. */
function storedWeight(
  { initializers }: Graph,
  writers: ReadonlyMap<string, Node>,
  { inputs: [, name = ''] }: Node,
): { readonly shape: readonly number[]; readonly data: Float32Array } | undefined {
  const writer = writers.get(name)
  const tensor = initializers.get(writer && isDequantize(writer) ? writer.inputs[0]! : name)
  if (!tensor) return undefined
  const zeroPoint = writer ? (initializers.get(writer.inputs[2] ?? '')?.data[0] ?? 0) : 0
  return { shape: tensor.shape, data: Float32Array.from(tensor.data, (value) => value - zeroPoint) }
}
