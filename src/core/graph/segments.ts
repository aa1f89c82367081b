import type { Graph, Node } from './graph'
import { withUsedInitializers } from './usedInitializers'

/** A stretch of a graph that only one value leads into and only one leads out of. */
export interface Segment {
  readonly input: string
  readonly output: string
  readonly nodes: readonly Node[]
}

/**
 * Cuts a graph with one input at the computed values that all later nodes depend on alone and that `mayEnd` accepts: a residual block is one segment,
 * a chain of convolutions one each. The last segment ends at the graph's output.
 */
export function segments(graph: Graph, mayEnd: (value: string) => boolean): readonly Segment[] {
  const lastUse = new Map<string, number>(
    graph.nodes.flatMap(({ inputs }, index) => inputs.map((value) => [value, index] as const)),
  )
  for (const { name } of graph.outputs) lastUse.set(name, graph.nodes.length)
  const live = new Set(graph.inputs.map(({ name }) => name))
  const found: Segment[] = []
  let [input, start] = [graph.inputs[0]!.name, 0]
  graph.nodes.forEach((node, index) => {
    for (const value of node.outputs) live.add(value)
    for (const value of live) if ((lastUse.get(value) ?? -1) <= index) live.delete(value)
    const [only, more] = live
    if (only === undefined || more !== undefined || !node.outputs.includes(only)) return
    if (!mayEnd(only) && index !== graph.nodes.length - 1) return
    found.push({ input, output: only, nodes: graph.nodes.slice(start, index + 1) })
    ;[input, start] = [only, index + 1]
  })
  return found
}

/** The nodes of a segment that `outputs` depend on, as a graph of its own; `shape` is that of the segment's input, whose batch axis is left free. */
export function partOf(
  graph: Graph,
  { input, nodes }: Segment,
  outputs: readonly string[],
  shape: readonly number[],
): Graph {
  const names = new Set(nodes.map(({ name }) => name))
  const own = graph.nodes.filter(({ name }) => names.has(name))
  const needed = new Set(outputs)
  for (const node of [...own].reverse()) {
    if (node.outputs.some((value) => needed.has(value))) for (const value of node.inputs) needed.add(value)
  }
  return withUsedInitializers({
    ...graph,
    inputs: [{ name: input, dtype: 'float32', shape: ['batch', ...shape.slice(1)] }],
    outputs: [],
    nodes: own.filter((node) => node.outputs.some((value) => needed.has(value))),
  })
}
