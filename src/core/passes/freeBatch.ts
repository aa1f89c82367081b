import { NNOptError } from '../../shared/errors'
import type { Graph, Node } from '../graph/graph'
import { operatorOf } from '../ops/nodeFacts'
import { inferShapes } from './inferShapes'
import { intTensor } from '../graph/tensorData'

/** Batch size at which a freed graph is tried. */
const probe = 2

/** Frees a batch axis that the exporter fixed; the graph as it is when its shapes do not allow that. */
export function freeBatch(graph: Graph): Graph {
  const fixed = graph.inputs[0]?.shape[0]
  if (typeof fixed !== 'number') return graph
  const free = <T extends { readonly shape: readonly (number | string)[] }>(value: T): T => ({
    ...value,
    shape: ['batch', ...value.shape.slice(1)],
  })
  const initializers = new Map(graph.initializers)
  const nodes = graph.nodes.map((node) => freeReshape(node, fixed, initializers))
  const freed = { ...graph, nodes, initializers, inputs: graph.inputs.map(free), outputs: graph.outputs.map(free) }
  return follows(freed) ? freed : graph
}

/** Reshape to [batch, …] copies the axis instead, whatever `allowzero` made of a 0. */
function freeReshape(node: Node, fixed: number, initializers: Map<string, ReturnType<typeof intTensor>>): Node {
  const shape = operatorOf(node)?.shapeInput === 1 ? initializers.get(node.inputs[1]!) : undefined
  if (!shape || shape.data[0] !== fixed || shape.data.includes(0)) return node
  const name = `${node.outputs[0]}.shape`
  initializers.set(name, intTensor([0, ...shape.data.slice(1)]))
  return { ...node, inputs: [node.inputs[0]!, name], attributes: {} }
}

function follows(graph: Graph): boolean {
  try {
    return inferShapes(graph, probe).get(graph.outputs[0]?.name ?? '')?.[0] === probe
  } catch (error) {
    if (error instanceof NNOptError) return false
    throw error
  }
}
