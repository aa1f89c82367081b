import { NNOptError } from '../../shared/errors'
import { constantInput } from '../graph/graph'
import type { Graph, Node } from '../graph/graph'
import { outputAxis } from '../ops/nodeFacts'
import { isFloat } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'

/** A convolution or linear layer with constant weights. */
export interface Layer {
  readonly node: Node
  /** Name of the weight's initializer. */
  readonly name: string
  readonly weight: TensorData
  readonly outputAxis: number
}

/** The convolution and linear layers of a graph, each weight once. */
export function weightLayers(graph: Graph): readonly Layer[] {
  const seen = new Set<string>()
  return graph.nodes.flatMap((node) => {
    const axis = outputAxis(node)
    const weight = axis === undefined ? undefined : constantInput(graph, node, 1)
    const name = node.inputs[1]!
    if (axis === undefined || !weight || !isFloat(weight.dtype) || seen.has(name)) return []
    seen.add(name)
    return [{ node, name, weight, outputAxis: axis }]
  })
}

const nameOf = ({ node }: Layer): string => node.name

const isCalled = (layer: Layer, name: string): boolean => layer.node.name === name || layer.name === name
const isWithin = (layer: Layer, name: string): boolean =>
  [layer.node.name, layer.name].some((own) => own.startsWith(`${name}.`) || own.startsWith(`${name}/`))

/** The layer with this name, of its node or its weight; else those whose names begin with it before a dot or slash. Throws `notFound` listing those that are there. */
export function layersNamed(layers: readonly Layer[], name: string, where: string): readonly Layer[] {
  const exact = layers.filter((layer) => isCalled(layer, name))
  const found = exact.length > 0 ? exact : layers.filter((layer) => isWithin(layer, name))
  if (found.length > 0) return found
  throw new NNOptError(
    'notFound',
    `${where}: no layer named '${name}': expected one of ${layers.map(nameOf).join(', ')}`,
    { layer: name },
  )
}
