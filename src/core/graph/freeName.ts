import type { Graph } from './graph'

/** Whether a value of the graph has this name. */
const isTaken = ({ inputs, nodes, initializers }: Graph, name: string): boolean =>
  initializers.has(name) ||
  inputs.some((input) => input.name === name) ||
  nodes.some(({ outputs }) => outputs.includes(name))

/** The name, or the first of `name_1`, `name_2`, … that no value of the graph has. */
export function freeName(graph: Graph, name: string): string {
  for (let number = 0; ; number++) {
    const candidate = number === 0 ? name : `${name}_${number}`
    if (!isTaken(graph, candidate)) return candidate
  }
}
