import { constantInput } from '../graph/graph'
import type { Graph, Node } from '../graph/graph'
import type { Bounds, ConstantContext } from './facts'
import { operators } from './index'
import type { Operator } from './operator'

/** The facts of a node's operator; undefined for one that is not of the IR, such as those that a runtime makes. */
export const operatorOf = ({ op }: Pick<Node, 'op'>): Operator | undefined =>
  operators.has(op) ? operators.get(op) : undefined

/** Axis of the output channels in the weight (input 1) of a layer; undefined for other nodes. */
export const outputAxis = (node: Node): number | undefined => operatorOf(node)?.outputAxis?.(node)

/** Slides its weight over the positions of the input: the weight is [out, in / group, …window]. */
export const isConvolution = (node: Pick<Node, 'op'>): boolean => operatorOf(node)?.channels === 'convolution'

/** Multiplies by a matrix. */
export const isLinear = (node: Pick<Node, 'op'>): boolean => operatorOf(node)?.channels === 'linear'

/** A layer that can have a bias, by output channel, at input 2. */
export const takesBias = (node: Node): boolean =>
  outputAxis(node) !== undefined && operatorOf(node)?.parameters?.[2] === 'bias'

/** Normalizes with running statistics: scale, shift, mean and variance at inputs 1 to 4. */
export const isNormalization = (node: Pick<Node, 'op'>): boolean =>
  Object.values(operatorOf(node)?.parameters ?? {}).includes('mean')

/** Every input channel has filters of its own. */
export const isDepthwise = (node: Node, weightShape: readonly number[]): boolean => {
  const [outputs = 0, inner] = weightShape
  return isConvolution(node) && inner === 1 && outputs > 1 && groupsOf(node) === outputs
}

export const groupsOf = ({ attributes }: Node): number => Number(attributes.group ?? 1)

/** Values that a clamp lets through; undefined for a node that is no clamp. */
export const clampBounds = (graph: Graph, node: Node): Bounds | undefined =>
  operatorOf(node)?.clamp?.(constantContext(graph, node))

/** What an operator may know of a node without shapes. */
export const constantContext = (graph: Graph, node: Node): ConstantContext<unknown> => ({
  node,
  attributes: operatorOf(node)?.parse(node),
  constant: (index) => constantInput(graph, node, index),
})
