import type { Graph, Node, QParams } from '../graph/graph'
import { floatTensor } from '../graph/tensorData'
import { fakeQuant } from '../fakeQuant/quantize'
import { activationPair, dequantizedInput, joinPieces, unquantized } from './qdqPieces'
import type { Piece } from './qdqPieces'

/**
 * A graph with parameters as training for quantization sees it: weights rounded to their grids, a fakeQuant on every quantized activation, and clamps,
 * biases and sums in float. `convert` makes what is deployed from the same parameters; how far the two differ is what is measured.
 */
export function simulated(graph: Graph): Graph {
  const inputs = new Set(graph.inputs.map(({ name }) => name).filter((name) => graph.qparams.has(name)))
  const { nodes, initializers } = joinPieces([
    ...[...inputs].map((name) => pairOf(graph, name, name, dequantizedInput(name))),
    ...graph.nodes.map((node) => simulatedNode(graph, node, inputs)),
  ])
  const weights = [...graph.initializers].map(([name, tensor]) => {
    const qparams = graph.qparams.get(name)
    return [
      name,
      qparams ? floatTensor(tensor.shape, fakeQuant(Float32Array.from(tensor.data), tensor.shape, qparams)) : tensor,
    ] as const
  })
  return { ...graph, nodes, initializers: new Map([...weights, ...initializers]), qparams: new Map<string, QParams>() }
}

function simulatedNode(graph: Graph, node: Node, inputs: ReadonlySet<string>): Piece {
  const [read, written] = [
    node.inputs.map((value) => (inputs.has(value) ? dequantizedInput(value) : value)),
    node.outputs.map((value) => (graph.qparams.has(value) ? unquantized(value) : value)),
  ]
  return joinPieces([
    { nodes: [{ ...node, inputs: read, outputs: written }], initializers: new Map() },
    ...node.outputs.map((value) => pairOf(graph, value, unquantized(value), value)),
  ])
}

function pairOf(graph: Graph, value: string, from: string, to: string): Piece {
  const qparams = graph.qparams.get(value)
  return qparams ? activationPair(value, from, to, qparams) : joinPieces([])
}
