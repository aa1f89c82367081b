import type { Graph } from './graph'

/** The graph without initializers, masks and qparams that no node reads or writes and no output names. */
export function withUsedInitializers(graph: Graph): Graph {
  const used = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.outputs.map(({ name }) => name),
    ...graph.nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]),
  ])
  const kept = <T>(entries: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map([...entries].filter(([name]) => used.has(name)))
  return { ...graph, initializers: kept(graph.initializers), masks: kept(graph.masks), qparams: kept(graph.qparams) }
}
