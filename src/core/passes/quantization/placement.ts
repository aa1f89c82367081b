import { consumers, producers } from '../../graph/graph'
import type { Graph, Node } from '../../graph/graph'
import { operatorOf, outputAxis } from '../../ops/nodeFacts'
import { createDisjointSets } from '../../graph/disjointSets'
import { dataInputs, suitabilityOf } from './suitability'
import type { NodeRole } from './suitability'
import { atLeast } from '../../../shared/atLeast'

/** An initializer that is stored as int8. */
export interface WeightPlace {
  readonly weight: string
  /** Axis of the output channels; absent for a constant operand, which is quantized as activations are. */
  readonly axis?: number | undefined
}

/** A bias that is stored as int32 with scale input × weight. */
export interface BiasPlace {
  readonly node: string
  readonly bias: string
  readonly input: string
  readonly weight: string
}

export interface FloatNode {
  readonly node: string
  readonly op: string
  readonly reason: string
}

/**
 * Which values are quantized. QAT puts its fakeQuant, calibration its observers and the exporter its QDQ pairs in these places and no others.
 * Values with the same group share one set of parameters; `activations` maps each quantized value to its group, and the group's name is the
 * value whose statistics stand for all of it.
 */
export interface Placement {
  readonly activations: ReadonlyMap<string, string>
  readonly weights: readonly WeightPlace[]
  readonly biases: readonly BiasPlace[]
  readonly floatNodes: readonly FloatNode[]
}

export interface PlacementOptions {
  /** Names of nodes that stay in float. */
  readonly keepFloat?: readonly string[]
}

/** Roles by node; nodes that stay in float are absent. */
type Roles = ReadonlyMap<Node, NodeRole>

/** Decides the places for onnxruntime's QDQ fusions: a fused node needs all of its data inputs, and but for Gemm and MatMul its output, in int8. */
export function placement(graph: Graph, { keepFloat = [] }: PlacementOptions = {}): Placement {
  const judged = graph.nodes.map((node) => ({
    node,
    verdict: keepFloat.includes(node.name) ? { reason: 'kept in fp32 on request' } : suitabilityOf(graph, node),
  }))
  const roles: Roles = new Map(
    judged.flatMap(({ node, verdict }) => ('role' in verdict ? [[node, verdict.role] as const] : [])),
  )
  const weighted = graph.nodes.filter((node) => roles.get(node) === 'weighted')
  return {
    activations: groupedActivations(graph, roles),
    weights: [...weightPlaces(weighted), ...constantOperands(graph, roles)],
    biases: weighted
      .filter((node) => node.inputs[2])
      .map(({ name, inputs }) => ({ node: name, bias: inputs[2]!, input: inputs[0]!, weight: inputs[1]! })),
    floatNodes: judged.flatMap(({ node, verdict }) =>
      'reason' in verdict ? [{ node: node.name, op: node.op, reason: verdict.reason }] : [],
    ),
  }
}

function weightPlaces(weighted: readonly Node[]): readonly WeightPlace[] {
  const places = new Map(weighted.map((node) => [node.inputs[1]!, { weight: node.inputs[1]!, axis: outputAxis(node) }]))
  return [...places.values()]
}

const constantOperands = (graph: Graph, roles: Roles): readonly WeightPlace[] => {
  const operands = [...roles].flatMap(([node, role]) => (role === 'arithmetic' ? dataInputs(graph, node, role) : []))
  return [...new Set(operands)].filter((name) => graph.initializers.has(name)).map((weight) => ({ weight }))
}

function groupedActivations(graph: Graph, roles: Roles): ReadonlyMap<string, string> {
  const quantized = quantizedValues(graph, roles)
  const sets = createDisjointSets()
  for (const [node, role] of roles) {
    const [output] = atLeast(1, node.outputs)
    if (!quantized.has(output)) continue
    if (role === 'passthrough' && quantized.has(node.inputs[0]!))
      for (const value of node.outputs) sets.join(node.inputs[0]!, value)
    if (operatorOf(node)?.channels === 'concat')
      for (const value of ownInputs(graph, node)) if (quantized.has(value)) sets.join(output, value)
  }
  return new Map([...quantized].map((value) => [value, sets.representative(value)]))
}

/** Inputs of a Concat that nothing else reads: rounded once, on the grid of the output, instead of twice. */
function ownInputs(graph: Graph, node: Node): readonly string[] {
  const readers = consumers(graph)
  return node.inputs.filter(
    (value) => readers.get(value)?.length === 1 && !graph.outputs.some(({ name }) => name === value),
  )
}

function quantizedValues(graph: Graph, roles: Roles): ReadonlySet<string> {
  const afterClamps = clampSkipper(graph, roles)
  const wanted = new Set<string>()
  for (const [node, role] of roles) {
    if (role !== 'weighted' && role !== 'arithmetic') continue
    for (const value of dataInputs(graph, node, role)) wanted.add(value)
    if (!operatorOf(node)?.floatOutput) wanted.add(afterClamps(node.outputs[0]!))
  }
  // A value that passes through on its way into an int8 node has to be in int8 before it; nodes are in topological order.
  for (const [node, role] of [...roles].reverse()) {
    if (role === 'passthrough' && node.outputs.some((value) => wanted.has(value)))
      for (const value of [node.inputs[0]!, ...node.outputs]) wanted.add(value)
  }
  const computed = new Set([...graph.inputs.map(({ name }) => name), ...producers(graph).keys()])
  return new Set([...computed].filter((value) => wanted.has(value)))
}

/** The value behind the clamps that follow, each the only reader of its input: the grid ends where the clamp does, so nothing is quantized between. */
function clampSkipper(graph: Graph, roles: Roles): (value: string) => string {
  const readers = consumers(graph)
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  const skip = (value: string): string => {
    const [reader, second] = readers.get(value) ?? []
    const folds = reader && !second && !outputs.has(value) && roles.get(reader) === 'clamp'
    return folds ? skip(reader.outputs[0]!) : value
  }
  return skip
}
