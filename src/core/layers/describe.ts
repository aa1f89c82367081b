import { isConversion, isQuantize } from '../graph/conversions'
import { constantInput, consumers, producers } from '../graph/graph'
import type { Graph, Node } from '../graph/graph'
import { inferShapes, nodeContext } from '../passes/inferShapes'
import { operators } from '../ops/index'
import type { Shape } from '../ops/operator'
import { atLeast } from '../../shared/atLeast'
import type { Layer } from '../../shared/types'
import { pathOf, stagesOf } from './names'
import { weightOf } from './weights'

interface Group {
  readonly nodes: Node[]
}

/** The network as a person sees it: conversions between float and integers are a property of values, and normalization and activation belong to their layer. */
export function describeLayers(graph: Graph): readonly Layer[] {
  const view = viewOf(graph)
  const groups = groupsOf(graph, view)
  const position = new Map(
    groups.flatMap(({ nodes }, index) =>
      nodes.flatMap(({ outputs }) => outputs.map((value) => [value, index] as const)),
    ),
  )
  const shapes = inferShapes(graph, 1)
  const inputs = groups.map(({ nodes }, own) =>
    [
      ...new Set(nodes.flatMap((node) => node.inputs).flatMap((value) => position.get(view.origin(value)) ?? [])),
    ].filter((index) => index !== own),
  )
  const paths = groups.map(({ nodes }) => atLeast(1, nodes)[0]).map(({ name, op }) => pathOf(name, op))
  const stages = stagesOf(
    groups.map(({ nodes }, index) => ({
      path: paths[index]!,
      input: inputs[index]![0]!,
      shape: shapes.get(nodes[nodes.length - 1]!.outputs[0]!) ?? [],
    })),
  )
  return groups.map(({ nodes }, index) => ({
    name: nodes[0]!.name,
    label: labelOf(paths[index]!, stages[index]!, nodes[0]!),
    stage: stages[index]!,
    inputs: inputs[index]!.map((at) => groups[at]!.nodes[0]!.name),
    ...factsOf(graph, nodes, shapes, view),
  }))
}

/** 'f.3.c.1' in stage 'f.3' is 'c.1'; what has no name of its own goes by its operator. */
function labelOf(path: readonly string[], stage: string, { op, name }: Node): string {
  const full = path.join('.')
  const own = full.startsWith(`${stage}.`) ? full.slice(stage.length + 1) : full === stage ? '' : full
  return own || (path.length === 0 && name !== '' && !name.startsWith('/') ? name : op)
}

interface View {
  /** The value behind conversions. */
  origin(value: string): string
  /** Nodes that read a value, straight or through conversions. */
  readers(value: string): readonly Node[]
}

function viewOf(graph: Graph): View {
  const writers = producers(graph)
  const origin = (value: string): string => {
    const writer = writers.get(value)
    return writer && isConversion(writer) ? origin(writer.inputs[0]!) : value
  }
  const direct = consumers(graph)
  const readers = (value: string): readonly Node[] =>
    (direct.get(value) ?? []).flatMap((node) => (isConversion(node) ? readers(node.outputs[0]!) : [node]))
  return { origin, readers }
}

function groupsOf(graph: Graph, { origin, readers }: View): readonly Group[] {
  const groups: Group[] = []
  const byValue = new Map<string, Group>()
  const outputs = new Set(graph.outputs.map(({ name }) => origin(name)))
  for (const node of graph.nodes.filter((each) => !isConversion(each))) {
    const before = origin(node.inputs[0] ?? '')
    const joined =
      operators.get(node.op).follower && readers(before).length === 1 && !outputs.has(before)
        ? byValue.get(before)
        : undefined
    const group = joined ?? { nodes: [] }
    if (!joined) groups.push(group)
    group.nodes.push(node)
    for (const value of node.outputs) byValue.set(value, group)
  }
  return groups
}

function factsOf(
  graph: Graph,
  nodes: readonly Node[],
  shapes: ReadonlyMap<string, Shape>,
  view: View,
): Pick<Layer, 'ops' | 'nodes' | 'output' | 'shape' | 'params' | 'macs' | 'weight' | 'quantization'> {
  const [output] = atLeast(1, nodes[nodes.length - 1]!.outputs)
  return {
    ops: nodes.map(({ op }) => op),
    nodes: nodes.map(({ name }) => name),
    output,
    shape: shapes.get(output) ?? [],
    params: nodes.reduce((sum, node) => sum + parameterCount(graph, node, view), 0),
    macs: nodes.reduce((sum, node) => sum + (operators.get(node.op).macs?.(nodeContext(graph, node, shapes)) ?? 0), 0),
    weight: weightOf(graph, nodes[0]!),
    quantization: outputQuantization(graph, output),
  }
}

/** Running means and variances are no parameters. */
function parameterCount(graph: Graph, node: Node, { origin }: View): number {
  const roles = Object.entries(operators.get(node.op).parameters ?? {}).filter(
    ([, role]) => role !== 'mean' && role !== 'variance',
  )
  return roles.reduce(
    (sum, [index]) => sum + (graph.initializers.get(origin(node.inputs[Number(index)] ?? ''))?.data.length ?? 0),
    0,
  )
}

function outputQuantization(graph: Graph, value: string): Layer['quantization'] {
  const quantizer = consumers(graph).get(value)?.find(isQuantize)
  const scale = quantizer && constantInput(graph, quantizer, 1)
  if (!quantizer || scale?.data.length !== 1) return null
  const zeroPoint = constantInput(graph, quantizer, 2)
  return {
    dtype: zeroPoint?.dtype === 'int8' ? 'int8' : 'uint8',
    scale: scale.data[0]!,
    zeroPoint: zeroPoint?.data[0] ?? 0,
  }
}
