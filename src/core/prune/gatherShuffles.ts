import { consumers } from '../graph/graph'
import type { Graph, Node } from '../graph/graph'
import { inferShapes } from '../passes/inferShapes'
import { intTensor } from '../graph/tensorData'
import { operatorOf } from '../ops/nodeFacts'
import type { ChannelRule, Shape } from '../ops/operator'
import { alongAxis, permuted, reshaped, varyingAxes } from './labels'

/**
 * Writes every channel shuffle (Reshape, Transpose, Reshape; Zhang et al., 2018) as one Gather along the channel axis: the same numbers, in a form in
 * which any channel may go. A Reshape to [groups, channels / groups] would tie the channels of all groups together.
 */
export function gatherShuffles(graph: Graph): Graph {
  const shapes = inferShapes(graph, 1)
  const readers = consumers(graph)
  const replaced = new Map<Node, Node | undefined>()
  const initializers = new Map(graph.initializers)
  for (const first of graph.nodes.filter((node) => moves(node, 'reshape'))) {
    const chain = chainFrom(first, readers)
    const order = chain && channelOrder(chain, shapes)
    if (!order) continue
    const [, transpose, last] = chain
    const name = `${last.outputs[0]}.order`
    initializers.set(name, intTensor(order))
    replaced.set(first, undefined).set(transpose, undefined)
    replaced.set(last, {
      name: last.name,
      op: 'Gather',
      inputs: [first.inputs[0]!, name],
      outputs: last.outputs,
      attributes: { axis: 1 },
    })
  }
  return {
    ...graph,
    initializers,
    nodes: graph.nodes.flatMap((node) => (replaced.has(node) ? (replaced.get(node) ?? []) : node)),
  }
}

const moves = (node: Node, rule: ChannelRule): boolean => operatorOf(node)?.channels === rule

/** A Reshape, a Transpose and another Reshape. */
type Chain = readonly [first: Node, transpose: Node, last: Node]

/** A node with the Transpose and the Reshape after it, where each is the only reader. */
function chainFrom(first: Node, readers: ReadonlyMap<string, readonly Node[]>): Chain | undefined {
  const only = (node: Node, rule: ChannelRule): Node | undefined => {
    const found = readers.get(node.outputs[0]!) ?? []
    return found.length === 1 && moves(found[0]!, rule) ? found[0] : undefined
  }
  const transpose = only(first, 'transpose')
  const last = transpose && only(transpose, 'reshape')
  return transpose && last ? [first, transpose, last] : undefined
}

/** The channel of the input at each position of the result; undefined when the chain does more than reorder axis 1. */
function channelOrder(
  [first, transpose, last]: Chain,
  shapes: ReadonlyMap<string, Shape>,
): readonly number[] | undefined {
  const shapeOf = (value = ''): Shape => shapes.get(value) ?? []
  const [from, middle] = [shapeOf(first.inputs[0]), shapeOf(first.outputs[0])]
  const [turned, to] = [shapeOf(transpose.outputs[0]), shapeOf(last.outputs[0])]
  const { perm } = transpose.attributes
  if (
    from.length < 3 ||
    from.join() !== to.join() ||
    !Array.isArray(perm) ||
    !keepsPlane(perm.map(Number), middle, from)
  )
    return undefined
  const split = reshaped(
    alongAxis(
      Int32Array.from({ length: from[1]! }, (_, index) => index),
      1,
      from.length,
    ),
    from,
    middle,
  )
  const result = reshaped(permuted(split, perm.map(Number)), turned, to)
  return varyingAxes(result).every((axis) => axis === 1) && result.shape[1] === from[1] ? [...result.ids] : undefined
}

/** Batch and the axes behind the channels stay where they are. */
function keepsPlane(perm: readonly number[], middle: Shape, from: Shape): boolean {
  const rest = from.slice(2)
  const behind = middle.length - rest.length
  return (
    perm[0] === 0 &&
    middle.slice(behind).join() === rest.join() &&
    perm.slice(behind).every((axis, index) => axis === behind + index)
  )
}
