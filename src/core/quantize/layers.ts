import type { Graph, Node } from '../graph/graph'
import { constantInput, consumers } from '../graph/graph'
import { floatTensor } from '../graph/tensorData'
import type { LayerSample } from './layerSamples'

/** What a quantized layer computes, beside what it should compute. Outputs are those of the Conv or Gemm itself, before any clamp. */
export interface LayerObservation {
  readonly node: Node
  /** Of the float network. */
  readonly target: LayerSample
  /** Of the simulated network, whose earlier layers are corrected already. */
  readonly actual: LayerSample
}

/** The Conv and Gemm nodes whose weights have parameters and a bias of their own: those that can be corrected one by one. */
export function correctableLayers(graph: Graph, nodes: readonly Node[] = graph.nodes): readonly Node[] {
  const readers = consumers(graph)
  const own = (name: string): boolean => readers.get(name)?.length === 1
  return nodes.filter(
    (node) =>
      (node.op === 'Conv' || node.op === 'Gemm') &&
      graph.qparams.has(node.inputs[1]) &&
      own(node.inputs[1]) &&
      constantInput(graph, node, 2) &&
      own(node.inputs[2]),
  )
}

/** The graph with a bias of its own, zero at first, for every Conv and Gemm that has a constant weight and shares or lacks one. */
export function withOwnBiases(graph: Graph): Graph {
  const readers = consumers(graph)
  const initializers = new Map(graph.initializers)
  const nodes = graph.nodes.map((node) => {
    const [data, weight, bias] = node.inputs
    const outputs = outputCount(graph, node)
    if (outputs === undefined || (bias && (!graph.initializers.has(bias) || readers.get(bias)?.length === 1)))
      return node
    const name = `${node.name}/own_bias`
    initializers.set(name, graph.initializers.get(bias ?? '') ?? floatTensor([outputs], new Float32Array(outputs)))
    return { ...node, inputs: [data, weight, name] }
  })
  return { ...graph, nodes, initializers }
}

function outputCount(graph: Graph, node: Node): number | undefined {
  const shape = constantInput(graph, node, 1)?.shape
  if (node.op === 'Conv') return shape?.[0]
  return node.op === 'Gemm' ? shape?.[node.attributes.transB ? 0 : 1] : undefined
}
