import type { Graph, Node, QParams } from '../../graph/graph'
import { constantInput } from '../../graph/graph'
import { takesBias } from '../../ops/nodeFacts'

/** A quantized Conv or Gemm with a bias: everything its int32 bias depends on. */
export interface QuantizedBias {
  readonly node: Node
  readonly bias: string
  readonly values: ArrayLike<number>
  readonly input: QParams
  readonly weight: QParams
}

/** |bias| in integers stays below this, so that the sum of products, at most 2^30 for 32,000 inputs, cannot overflow 32 bits. */
const largestBias = 2 ** 30

/** What the export changed in a layer, and why. */
export interface ConversionNote {
  readonly node: string
  readonly message: string
}

export function quantizedBiases(graph: Graph): readonly QuantizedBias[] {
  return graph.nodes.flatMap((node) => {
    const [data = '', weightName = '', bias = ''] = node.inputs
    const [input, weight, values] = [
      graph.qparams.get(data),
      graph.qparams.get(weightName),
      constantInput(graph, node, 2)?.data,
    ]
    return takesBias(node) && input && weight && values ? [{ node, bias, values, input, weight }] : []
  })
}

/** Scale of each bias value: input scale · weight scale, in float32. */
export const biasScale = ({ input, weight }: Pick<QuantizedBias, 'input' | 'weight'>): Float32Array =>
  weight.scale.map((scale) => Math.fround(scale * input.scale[0]!))

/**
 * Enlarges the weight scales whose bias would not fit into int32 (onnxruntime pull request 22020): a channel whose weights are nearly zero
 * has a tiny scale, and its bias divided by it overflows. Returns the graph unchanged where nothing overflows.
 */
export function withBiasRoom(graph: Graph): { readonly graph: Graph; readonly notes: readonly ConversionNote[] } {
  const qparams = new Map(graph.qparams)
  const notes = quantizedBiases(graph).flatMap((place) => {
    const name = place.node.inputs[1]!
    const known = qparams.get(name) ?? place.weight
    const scale = roomyScales({ ...place, weight: known })
    const enlarged = scale.reduce((count, value, index) => count + Number(value > known.scale[index]!), 0)
    if (enlarged === 0) return []
    qparams.set(name, { ...known, scale })
    return [
      {
        node: place.node.name,
        message: `weight scale of ${enlarged} of ${scale.length} channels enlarged, because their bias would not fit into 32 bits`,
      },
    ]
  })
  return { graph: notes.length > 0 ? { ...graph, qparams } : graph, notes }
}

function roomyScales({ values, input, weight }: QuantizedBias): Float32Array {
  const perTensor = weight.axis === undefined
  const largest = perTensor ? Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0) : 0
  return weight.scale.map((scale, channel) =>
    Math.max(scale, (perTensor ? largest : Math.abs(values[channel]!)) / (input.scale[0]! * largestBias)),
  )
}
