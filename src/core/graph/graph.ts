import { NNOptError } from '../../shared/errors'
import type { DataType, TensorData } from './tensorData'

/** A dimension: a number, or the name of one that is chosen at run time (the batch). */
export type Dim = number | string

export interface ValueInfo {
  readonly name: string
  readonly dtype: DataType
  readonly shape: readonly Dim[]
}

export type AttributeValue = number | string | readonly number[] | readonly string[] | TensorData

export type Attributes = Readonly<Record<string, AttributeValue>>

/** One operator application. Inputs and outputs are value names; '' stands for an optional input that is absent. */
export interface Node {
  readonly name: string
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Attributes
}

/** Keep (1) or zero (0) for every element of the initializer of the same name. */
export type Mask = Uint8Array

/** q = clamp(round(x / scale) + zeroPoint, qmin, qmax); one entry a tensor, or one a slice along `axis`. */
export interface QParams {
  readonly dtype: 'int8' | 'uint8'
  readonly scale: Float32Array
  readonly zeroPoint: Int32Array
  readonly qmin: number
  readonly qmax: number
  /** Axis of the slices in ONNX order; absent for perTensor. */
  readonly axis?: number
}

/**
 * The model: ONNX operators at opset 17, NCHW axes, nodes in topological order. Immutable: every transformation returns a new Graph.
 * `initializers` are the constants and weights; `masks` sit on weights, `qparams` on any value, both keyed by value name.
 */
export interface Graph {
  readonly name: string
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  readonly nodes: readonly Node[]
  readonly initializers: ReadonlyMap<string, TensorData>
  readonly masks: ReadonlyMap<string, Mask>
  readonly qparams: ReadonlyMap<string, QParams>
  /** ONNX metadata_props: preprocessing, class names, lineage and what an import brought. */
  readonly metadata: Readonly<Record<string, string>>
}

/** Found once for a list of nodes, which nobody changes: walks ask for every node. */
function once<T>(find: (nodes: readonly Node[]) => T): (graph: Graph) => T {
  const found = new WeakMap<readonly Node[], T>()
  return ({ nodes }) => {
    const known = found.get(nodes) ?? find(nodes)
    found.set(nodes, known)
    return known
  }
}

/** The node that writes each value. */
export const producers = once(
  (nodes): ReadonlyMap<string, Node> =>
    new Map(nodes.flatMap((node) => node.outputs.filter(Boolean).map((value) => [value, node] as const))),
)

/** The nodes that read each value; a node that reads it twice is listed twice. */
export const consumers = once((nodes): ReadonlyMap<string, readonly Node[]> => {
  const readers = new Map<string, Node[]>()
  for (const node of nodes) {
    for (const value of node.inputs.filter(Boolean)) {
      const known = readers.get(value)
      if (known) known.push(node)
      else readers.set(value, [node])
    }
  }
  return readers
})

/** The constant behind an input of a node, or undefined when it is absent or computed. */
export const constantInput = (graph: Graph, node: Node, index: number): TensorData | undefined =>
  graph.initializers.get(node.inputs[index] ?? '')

/** The only input of an image classifier. */
export function imageInput(graph: Graph): ValueInfo {
  const input = graph.inputs[0]
  if (!input || graph.inputs.length !== 1) {
    throw new NNOptError(
      'unsupported',
      `model '${graph.name}': expected one input, got ${graph.inputs.length} (${graph.inputs.map((value) => value.name).join(', ')})`,
    )
  }
  return input
}

/** The only output of an image classifier: logits or probabilities [N, classes]. */
export function classOutput(graph: Graph): ValueInfo {
  const output = graph.outputs[0]
  if (!output || graph.outputs.length !== 1) {
    throw new NNOptError(
      'unsupported',
      `model '${graph.name}': expected one output, got ${graph.outputs.length} (${graph.outputs.map((value) => value.name).join(', ')})`,
    )
  }
  return output
}
