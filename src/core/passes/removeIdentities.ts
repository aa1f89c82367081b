import { NNOptError } from '../../shared/errors'
import { producers } from '../graph/graph'
import type { Graph, Node } from '../graph/graph'
import { isQuantize } from '../graph/conversions'
import { operatorOf } from '../ops/nodeFacts'

/** The graph without nodes that pass their input on: Identity, Dropout in inference, and casts between floats (halves are widened on import). */
export function removeIdentities(graph: Graph): Graph {
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  const inputs = new Set(graph.inputs.map(({ name }) => name))
  const passes = passingNodes(graph).filter((node) => !outputs.has(node.outputs[0]!))
  const alias = new Map(passes.map((node) => [node.outputs[0], node.inputs[0]]))
  const resolve = (name: string): string => {
    let source = name
    for (let steps = 0; alias.has(source); source = alias.get(source) as string)
      if (steps++ > passes.length)
        throw new NNOptError('badInput', `value '${name}' is computed from itself`, { value: name })
    return source
  }
  const removed = new Set(passes)
  const nodes = graph.nodes
    .filter((node) => !removed.has(node))
    .map((node) => ({ ...node, inputs: node.inputs.map(resolve) }))
  return mergeFinalIdentity({ ...graph, nodes }, inputs)
}

/** Identity, casts to float, and casts that repeat what QuantizeLinear has already made. */
function passingNodes(graph: Graph): readonly Node[] {
  const writers = producers(graph)
  return graph.nodes.filter((node) => {
    const [operator, before] = [operatorOf(node), writers.get(node.inputs[0]!)]
    if (operator?.cast && writesIntegers(before, writers)) return false
    return operator?.passesOn?.(node) || (operator?.cast && before && isQuantize(before))
  })
}

/** Whether integers or truth values arrive here, through nodes that only move them. */
function writesIntegers(node: Node | undefined, writers: ReadonlyMap<string, Node>): boolean {
  if (!node) return false
  const operator = operatorOf(node)
  return (
    operator?.writesIntegers ?? (operator?.mover === true && writesIntegers(writers.get(node.inputs[0] ?? ''), writers))
  )
}

/** An Identity that only renames the output: the node before it writes the output's name. */
function mergeFinalIdentity(graph: Graph, inputs: ReadonlySet<string>): Graph {
  const [last] = passingNodes(graph)
  if (!last || inputs.has(last.inputs[0]!)) return graph
  const rename = (name: string): string => (name === last.inputs[0] ? last.outputs[0]! : name)
  const nodes = graph.nodes
    .filter((node) => node !== last)
    .map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }))
  return mergeFinalIdentity({ ...graph, nodes }, inputs)
}
