import type { Graph } from '../graph/graph'
import { inferShapes } from '../passes/inferShapes'
import type { Shape } from '../ops/operator'
import { cut } from './cut'
import type { DependencyGraph } from './dependencyGraph'
import type { Labels } from './labels'
import { varyingAxes } from './labels'

/** A graph and the shapes that its values and initializers have, or would have after a cut: enough to count parameters and operations. */
export interface SizedGraph {
  readonly graph: Graph
  readonly shapes: ReadonlyMap<string, Shape>
}

/** For one image. */
export const sized = (graph: Graph): SizedGraph => ({ graph, shapes: inferShapes(graph, 1) })

type Removed = ReadonlySet<number>

/** The sizes that a cut would leave, read off the channel counts without making the smaller graph: a search for a target asks for dozens. */
export function cutSizes(dependencies: DependencyGraph, removed: Removed): SizedGraph {
  const { graph, shapes: before } = dependencies
  const shapes = new Map(before)
  for (const [name, axes] of dependencies.bindings) {
    const shape = [...(before.get(name) ?? [])]
    for (const [axis, ids] of axes) shape[axis] = keptOf(dependencies, removed, ids)
    shapes.set(name, shape)
  }
  for (const name of graph.nodes.flatMap(({ outputs }) => outputs)) {
    const shape = valueShape(dependencies, removed, dependencies.labelsOf(name), before.get(name) ?? [])
    // Channels that change along several axes at once are followed by the cut itself.
    if (!shape) return sized(cut(dependencies, removed, { shapesOnly: true }))
    shapes.set(name, shape)
  }
  return { graph, shapes }
}

function valueShape(dependencies: DependencyGraph, removed: Removed, labels: Labels, shape: Shape): Shape | undefined {
  const [axis, ...others] = varyingAxes(labels)
  if (axis === undefined) return shape
  if (others.length > 0 || labels.shape[axis] !== shape[axis]) return undefined
  return shape.map((dim, at) => (at === axis ? keptOf(dependencies, removed, labels.ids) : dim))
}

function keptOf({ unitOf }: DependencyGraph, removed: Removed, ids: Int32Array): number {
  let kept = 0
  for (const id of ids) if (!removed.has(unitOf(id))) kept++
  return kept
}
