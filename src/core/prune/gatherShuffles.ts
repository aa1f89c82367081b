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
    const chain = [first, ...following(first, readers)]
    const order = chain.length === 3 ? channelOrder(chain, shapes) : undefined
    if (!order) continue
    const last = chain[2]
    const name = `${last.outputs[0]}.order`
    initializers.set(name, intTensor(order))
    replaced.set(chain[0], undefined).set(chain[1], undefined)
    replaced.set(last, {
      name: last.name,
      op: 'Gather',
      inputs: [first.inputs[0], name],
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

/** The Transpose and the Reshape after a node, where each is the only reader. */
function following(first: Node, readers: ReadonlyMap<string, readonly Node[]>): readonly Node[] {
  const only = (node: Node, rule: ChannelRule): Node | undefined => {
    const found = readers.get(node.outputs[0]) ?? []
    return found.length === 1 && moves(found[0], rule) ? found[0] : undefined
  }
  const transpose = only(first, 'transpose')
  const last = transpose && only(transpose, 'reshape')
  return transpose && last ? [transpose, last] : []
}

/** The channel of the input at each position of the result; undefined when the chain does more than reorder axis 1. */
function channelOrder(
  [first, transpose, last]: readonly Node[],
  shapes: ReadonlyMap<string, Shape>,
): readonly number[] | undefined {
  const shapeOf = (value: string): Shape => shapes.get(value) ?? []
  const [from, middle, turned, to] = [first.inputs[0], first.outputs[0], transpose.outputs[0], last.outputs[0]].map(
    shapeOf,
  )
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
      Int32Array.from({ length: from[1] }, (_, index) => index),
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
