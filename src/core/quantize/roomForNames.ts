import type { Graph } from '../graph/graph'

/** What stands around a value or a node in the exported file, and is named after it: see qdqPieces.ts, floatGuard.ts and integerGates.ts of deploy. */
const parts = ['', '/bias', '/shift', '/sum']
const endings = [
  '/quantized',
  '/unquantized',
  '/dequantized',
  '/guarded',
  '/float_guard',
  '/scale',
  '/zero_point',
  '/QuantizeLinear',
  '/DequantizeLinear',
  '/Add',
]

const generatedFrom = (name: string): readonly string[] =>
  parts.flatMap((part) => [
    ...(part === '' ? [] : [`${name}${part}`]),
    ...endings.map((ending) => `${name}${part}${ending}`),
  ])

/**
 * The same graph in which the names that the exported file adds are free: values and nodes that bear one of them get another. Inputs and outputs keep
 * theirs; where one of them is in the way, what the added name comes from is renamed.
 */
export function withRoomForNames(graph: Graph): Graph {
  const fixed = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name))
  const names = new Set([
    ...fixed,
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs]),
  ])
  const generated = new Set([...names].flatMap(generatedFrom))
  const clashing = [...names].filter(
    (name) => !fixed.has(name) && (generated.has(name) || generatedFrom(name).some((each) => fixed.has(each))),
  )
  if (clashing.length === 0) return graph
  const isTaken = (name: string): boolean => names.has(name) || generated.has(name)
  return renamed(graph, new Map(clashing.map((name) => [name, otherName(name, isTaken)])))
}

function otherName(name: string, isTaken: (name: string) => boolean): string {
  for (let number = 1; ; number++) if (!isTaken(`${name}_${number}`)) return `${name}_${number}`
}

function renamed(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const of = (name: string): string => names.get(name) ?? name
  const keys = <T>(entries: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map([...entries].map(([name, entry]) => [of(name), entry]))
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      name: of(node.name),
      inputs: node.inputs.map(of),
      outputs: node.outputs.map(of),
    })),
    initializers: keys(graph.initializers),
    masks: keys(graph.masks),
    qparams: keys(graph.qparams),
  }
}
