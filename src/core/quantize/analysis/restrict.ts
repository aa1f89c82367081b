import { consumers } from '../../graph/graph'
import type { Graph, Node } from '../../graph/graph'
import { clampBounds } from '../../ops/nodeFacts'
import { placement } from '../../passes/quantization/placement'

const restricted = (graph: Graph, keeps: (name: string) => boolean): Graph => ({
  ...graph,
  qparams: new Map([...graph.qparams].filter(([name]) => keeps(name))),
})

/** The graph with the parameters of its weights, or of its activations, alone. */
export const onlyWeights = (graph: Graph): Graph => restricted(graph, (name) => graph.initializers.has(name))
export const onlyActivations = (graph: Graph): Graph => restricted(graph, (name) => !graph.initializers.has(name))

/** The value behind a layer and the clamps that follow it. */
export function outputOf(graph: Graph, node: Node): string {
  const output = node.outputs[0]!
  const [reader, other] = consumers(graph).get(output) ?? []
  const folds = reader && !other && !graph.qparams.has(output) && clampBounds(graph, reader) !== undefined
  return folds ? outputOf(graph, reader) : output
}

/** The graph in which nothing but the weight and the output of one layer is rounded. */
export function onlyLayer(graph: Graph, node: Node): Graph {
  const own = new Set([node.inputs[1], outputOf(graph, node)])
  return restricted(graph, (name) => own.has(name))
}

/** The graph with some layers in float, as the exporter would place the parameters. */
export function withoutLayers(graph: Graph, layers: readonly string[]): Graph {
  const { activations, weights } = placement(graph, { keepFloat: layers })
  const places = new Set([...activations.keys(), ...weights.map(({ weight }) => weight)])
  return restricted(graph, (name) => places.has(name))
}
