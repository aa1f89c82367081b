import type { Graph, Node } from '../../graph/graph'
import type { TensorData } from '../../graph/tensorData'
import type { NodeContext, Shape } from '../../ops/operator'
import type { Labels } from '../labels'
import type { ChannelTracker } from '../tracker'

/** A node while channels are followed through the graph. */
export interface FollowContext extends NodeContext<unknown> {
  readonly graph: Graph
  readonly tracker: ChannelTracker
  readonly outputShapes: readonly Shape[]
  /** Labels of an input; those of a constant name no channels. */
  labels(index: number): Labels
  isConstant(index: number): boolean
}

/** A node of a graph whose channels are being removed. */
export interface RewriteContext extends NodeContext<unknown> {
  readonly outputShapes: readonly Shape[]
  labelsOf(value: string): Labels
  /** Positions along an axis of a value that stay. */
  kept(value: string, axis: number, size: number): readonly number[]
}

export interface RewrittenNode {
  readonly node: Node
  readonly constants: ReadonlyMap<string, TensorData>
}

/** How channels pass through a kind of operator, and what of its attributes and constants depends on their number. */
export interface Rule {
  /** Labels of the outputs; undefined where the coupling is not supported: all channels that it meets then stay. */
  follow(context: FollowContext): readonly Labels[] | undefined
  rewrite?(context: RewriteContext): RewrittenNode
}

export const positiveAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)
