import type { Graph, Node } from '../graph/graph'
import { inferShapes, nodeContext } from '../passes/inferShapes'
import { operators } from '../ops/index'
import type { Shape } from '../ops/operator'
import { channelsAlong, withoutChannels } from './labels'
import type { Labels } from './labels'
import { rules } from './rules/index'
import type { FollowContext } from './rules/rule'
import { ChannelTracker } from './tracker'
import type { Producer } from './tracker'

/** Channels that go together: one slice of each member. */
export interface Unit {
  /** Stands for the channels in `DependencyGraph.unitOf`. */
  readonly id: number
}

/** A set of parameters that lose channels together: the outputs of one or more weights and all that reads them. */
export interface Group {
  /** Name of the first node that makes the channels. */
  readonly name: string
  readonly producers: readonly Producer[]
  /** In the order of the first producer's outputs. */
  readonly units: readonly Unit[]
  /** Why its channels must stay; undefined when they may go. */
  readonly blocked: string | undefined
}

/** What depends on what in a graph, channel by channel (Fang et al., 2023, 'DepGraph', followed through values instead of layer pairs). */
export interface DependencyGraph {
  readonly graph: Graph
  readonly shapes: ReadonlyMap<string, Shape>
  readonly groups: readonly Group[]
  /** Channels of each initializer, by axis. */
  readonly bindings: ReadonlyMap<string, ReadonlyMap<number, Int32Array>>
  /** The unit that a channel belongs to. */
  unitOf(channel: number): number
  labelsOf(value: string): Labels
}

/** Follows every channel from the weight that makes it to the weights that read it. Couplings that no rule knows keep their channels, with the node as the reason. */
export function dependencyGraph(graph: Graph): DependencyGraph {
  const shapes = inferShapes(graph, 1)
  const tracker = new ChannelTracker()
  for (const { name } of graph.inputs) labelInput(tracker, name, shapes.get(name) ?? [])
  for (const node of graph.nodes) follow(graph, node, shapes, tracker)
  for (const { name } of graph.outputs)
    tracker.block(labelsIn(tracker, name, shapes).ids, `its channels are the model's output '${name}'`)
  return {
    graph,
    shapes,
    groups: groupsOf(tracker),
    bindings: tracker.bindings,
    unitOf: (channel) => tracker.root(channel),
    labelsOf: (value) => labelsIn(tracker, value, shapes),
  }
}

function labelInput(tracker: ChannelTracker, name: string, shape: Shape): void {
  const ids = tracker.fresh(shape[1] ?? 1)
  tracker.block(ids, `its channels meet the model's input '${name}'`)
  tracker.setLabels(name, { shape: shape.map((dim, axis) => (axis === 1 ? dim : 1)), ids })
}

const labelsIn = (tracker: ChannelTracker, value: string, shapes: ReadonlyMap<string, Shape>): Labels =>
  tracker.labels(value) ?? withoutChannels(shapes.get(value)?.length ?? 0)

function follow(graph: Graph, node: Node, shapes: ReadonlyMap<string, Shape>, tracker: ChannelTracker): void {
  const outputShapes = node.outputs.map((name) => shapes.get(name) ?? [])
  const context: FollowContext = {
    ...nodeContext(graph, node, shapes),
    graph,
    tracker,
    outputShapes,
    labels: (index) => labelsIn(tracker, node.inputs[index]!, shapes),
    isConstant: (index) => graph.initializers.has(node.inputs[index] ?? ''),
  }
  const labels = rules[operators.get(node.op).channels].follow(context)
  const known = labels?.every(({ shape }) => (shape[0] ?? 1) === 1) ? labels : undefined
  if (!known) blockAround(context)
  node.outputs.forEach((name, index) =>
    tracker.setLabels(name, known?.[index] ?? withoutChannels(outputShapes[index]!.length)),
  )
}

/** Everything that an unknown coupling meets stays whole. */
function blockAround({ node, tracker, labels }: FollowContext): void {
  node.inputs.forEach((_, index) =>
    tracker.block(labels(index).ids, `node '${node.name}' (${node.op}) couples channels in an unsupported way`),
  )
}

function groupsOf(tracker: ChannelTracker): readonly Group[] {
  const parts = connected(tracker)
  return parts.map((producers) => {
    const units = [...new Set(producers.flatMap(({ ids }) => [...ids].map((id) => tracker.root(id))))]
    const blocked = units.map((unit) => tracker.reason(unit)).find((reason) => reason !== undefined)
    return { name: producers[0]!.node.name, producers, units: units.map((id) => ({ id })), blocked }
  })
}

/** Producers that share a unit, in graph order. */
function connected(tracker: ChannelTracker): readonly (readonly Producer[])[] {
  const parts: { readonly producers: Producer[]; readonly units: Set<number> }[] = []
  for (const producer of tracker.producers) {
    const units = new Set([...producer.ids].map((id) => tracker.root(id)))
    const touching = parts.filter((part) => [...units].some((unit) => part.units.has(unit)))
    const [first, ...others] = touching
    if (!first) {
      parts.push({ producers: [producer], units })
      continue
    }
    for (const other of others) {
      first.producers.push(...other.producers)
      other.units.forEach((unit) => first.units.add(unit))
      parts.splice(parts.indexOf(other), 1)
    }
    first.producers.push(producer)
    units.forEach((unit) => first.units.add(unit))
  }
  return parts.map(({ producers }) => producers)
}

/** Positions of a value's axis whose unit stays. */
export function keptPositions(
  dependencies: DependencyGraph,
  removed: ReadonlySet<number>,
  value: string,
  axis: number,
  size: number,
): readonly number[] {
  const ids = channelsAlong(dependencies.labelsOf(value), axis, size)
  const all = Array.from({ length: size }, (_, index) => index)
  return ids ? all.filter((index) => !removed.has(dependencies.unitOf(ids[index]!))) : all
}
