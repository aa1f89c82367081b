import type { Graph, Node } from '../graph/graph'
import { inferShapes } from './inferShapes'

/**
 * Writes every ReduceMean over height and width as a GlobalAveragePool, followed by a Flatten where the axes are dropped: the same numbers
 * in the form that runtimes know in int8.
 */
export function withGlobalPooling(graph: Graph): Graph {
  const shapes = inferShapes(graph, 1)
  const nodes = graph.nodes.flatMap((node) =>
    node.op === 'ReduceMean' && isSpatial(node, shapes.get(node.inputs[0])?.length ?? 0) ? pooled(node) : node,
  )
  return { ...graph, nodes }
}

function isSpatial({ attributes: { axes } }: Node, rank: number): boolean {
  if (rank !== 4 || !Array.isArray(axes) || axes.length !== 2) return false
  const positive = axes.map((axis) => Number(axis) + (Number(axis) < 0 ? rank : 0))
  return positive.includes(2) && positive.includes(3)
}

function pooled({ name, inputs, outputs, attributes }: Node): readonly Node[] {
  const keepsAxes = attributes.keepdims !== 0
  const pool: Node = {
    name,
    op: 'GlobalAveragePool',
    inputs,
    outputs: keepsAxes ? outputs : [`${name}/pooled`],
    attributes: {},
  }
  return keepsAxes
    ? [pool]
    : [pool, { name: `${name}/Flatten`, op: 'Flatten', inputs: pool.outputs, outputs, attributes: { axis: 1 } }]
}
