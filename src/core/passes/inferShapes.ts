import { atLeast } from '../../shared/atLeast'
import { NNOptError } from '../../shared/errors'
import { operators } from '../ops/index'
import type { KnownNode, Shape } from '../ops/operator'
import { constantInput } from '../graph/graph'
import type { Dim, Graph, Node } from '../graph/graph'

/** Shape of every value and initializer, in ONNX axis order, for a concrete batch size. Throws `badInput` naming the node that does not fit. */
export function inferShapes(graph: Graph, batch: number): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>([...graph.initializers].map(([name, tensor]) => [name, tensor.shape]))
  for (const input of graph.inputs)
    shapes.set(
      input.name,
      input.shape.map((dim, axis) => concreteDim(dim, axis, batch, input.name)),
    )
  for (const node of graph.nodes) {
    const operator = operators.get(node.op)
    const context = nodeContext(graph, node, shapes)
    operator.shape({ ...context, attributes: operator.parse(node) }).forEach((shape, index) => {
      if (node.outputs[index]) shapes.set(node.outputs[index], shape)
    })
  }
  return shapes
}

/** What an operator may know of a node before anything runs. */
export function nodeContext(graph: Graph, node: Node, shapes: ReadonlyMap<string, Shape>): KnownNode {
  return {
    node,
    attributes: operators.get(node.op).parse(node),
    shapes: atLeast(
      1,
      node.inputs.map((name) => shapes.get(name) ?? []),
    ),
    constant: (index) => constantInput(graph, node, index),
  }
}

function concreteDim(dim: Dim, axis: number, batch: number, name: string): number {
  if (axis === 0) return batch
  if (typeof dim === 'number') return dim
  throw new NNOptError(
    'unsupported',
    `input '${name}': axis ${axis} has the dynamic size '${dim}': expected a fixed image size; export the model with fixed height and width`,
    { input: name },
  )
}
