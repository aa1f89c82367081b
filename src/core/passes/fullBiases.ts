import { constantInput } from '../graph/graph'
import type { Graph, Node } from '../graph/graph'
import { floatTensor } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { freeName } from '../graph/freeName'
import { withUsedInitializers } from '../graph/usedInitializers'
import { outputAxis, takesBias } from '../ops/nodeFacts'

/**
 * The same function with one number an output in every constant bias. Gemm also adds one number to all outputs, or a row [1, outputs]; what follows channels
 * or moves their means would take that for the bias of the first of them.
 */
export function withFullBiases(graph: Graph): Graph {
  const initializers = new Map(graph.initializers)
  const nodes = graph.nodes.map((node) => {
    const bias = fullBias(graph, node)
    if (!bias) return node
    const name = freeName({ ...graph, initializers }, `${node.name}/full_bias`)
    initializers.set(name, bias)
    return { ...node, inputs: node.inputs.with(2, name) }
  })
  const isSame = nodes.every((node, index) => node === graph.nodes[index])
  return isSame ? graph : withUsedInitializers({ ...graph, nodes, initializers })
}

/** Undefined where the bias has that form already, or none that is the same for every image. */
function fullBias(graph: Graph, node: Node): TensorData | undefined {
  const [bias, axis] = [constantInput(graph, node, 2), outputAxis(node)]
  const outputs = axis === undefined || !takesBias(node) ? undefined : constantInput(graph, node, 1)?.shape[axis]
  if (!bias || outputs === undefined || bias.dtype !== 'float32') return undefined
  // A transposed convolution in groups has more outputs than its weight counts.
  const isFull = bias.shape.length === 1 && bias.data.length >= outputs
  const isForAllImages = bias.data.length === 1 || bias.shape.at(-1) === bias.data.length
  if (isFull || !isForAllImages) return undefined
  const only = bias.data.length === 1 ? bias.data[0] : undefined
  return floatTensor([outputs], only === undefined ? bias.data : new Float32Array(outputs).fill(only))
}
