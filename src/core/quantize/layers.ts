import type { Graph, Node } from '../graph/graph'
import { constantInput, consumers } from '../graph/graph'
import { outputAxis, takesBias } from '../ops/nodeFacts'
import { floatTensor } from '../graph/tensorData'
import { freeName } from '../graph/freeName'
import type { LayerSample } from './layerSamples'

/** What a quantized layer computes, beside what it should compute. Outputs are those of the layer itself, before any clamp. */
export interface LayerObservation {
  readonly node: Node
  /** Of the float network. */
  readonly target: LayerSample
  /** Of the simulated network, whose earlier layers are corrected already. */
  readonly actual: LayerSample
}

/** The layers whose weights have parameters and a bias of their own: those that can be corrected one by one. */
export function correctableLayers(graph: Graph, nodes: readonly Node[] = graph.nodes): readonly Node[] {
  const readers = consumers(graph)
  const own = (name: string): boolean => readers.get(name)?.length === 1
  return nodes.filter(
    (node) =>
      takesBias(node) &&
      graph.qparams.has(node.inputs[1]!) &&
      own(node.inputs[1]!) &&
      constantInput(graph, node, 2) &&
      own(node.inputs[2]!),
  )
}

/** The graph with a bias of its own, zero at first, for every layer that has a constant weight and shares or lacks one. */
export function withOwnBiases(graph: Graph): Graph {
  const readers = consumers(graph)
  const initializers = new Map(graph.initializers)
  const nodes = graph.nodes.map((node) => {
    const [data = '', weight = '', bias] = node.inputs
    const outputs = outputCount(graph, node)
    if (outputs === undefined || (bias && (!graph.initializers.has(bias) || readers.get(bias)?.length === 1)))
      return node
    const name = freeName({ ...graph, initializers }, `${node.name}/own_bias`)
    initializers.set(name, graph.initializers.get(bias ?? '') ?? floatTensor([outputs], new Float32Array(outputs)))
    return { ...node, inputs: [data, weight, name] }
  })
  return { ...graph, nodes, initializers }
}

function outputCount(graph: Graph, node: Node): number | undefined {
  const axis = outputAxis(node)
  return axis === undefined || !takesBias(node) ? undefined : constantInput(graph, node, 1)?.shape[axis]
}
