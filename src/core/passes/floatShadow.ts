import { isConversion } from '../graph/conversions'
import type { Graph, Node } from '../graph/graph'
import { floatTensor } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'

/** Where a parameter of the shadow is kept in the quantized graph. */
export interface StoredParameter {
  /** Initializer with the integers. */
  readonly integers: string
  readonly scale: string
  readonly zeroPoint: string | undefined
  /** Axis of the scales in the shape of the integers; undefined with one scale for all. */
  readonly axis: number | undefined
}

export interface FloatShadow {
  /** The quantized graph without its conversions: the same nodes by name, and parameters of the same shapes, whose numbers are zero. */
  readonly graph: Graph
  /** By the name that a parameter has in the shadow. */
  readonly stored: ReadonlyMap<string, StoredParameter>
}

/**
 * What a QDQ graph is about, without its QuantizeLinear and DequantizeLinear nodes, so that channels can be followed through it.
 * Undefined where a value has scales by channel or an initializer is dequantized twice: such graphs are not written by usual tools.
 */
export function floatShadow(graph: Graph): FloatShadow | undefined {
  const alias = new Map<string, string>()
  const stored = new Map<string, StoredParameter>()
  const initializers = new Map([...graph.initializers])
  const conversions = graph.nodes.filter(isConversion)
  for (const node of conversions) {
    const [source = '', scale = '', zeroPoint] = node.inputs
    const integers = graph.initializers.get(source)
    if (integers) {
      stored.set(node.outputs[0]!, {
        integers: source,
        scale,
        zeroPoint: zeroPoint || undefined,
        axis: scaleAxis(graph, node, integers),
      })
      initializers.set(node.outputs[0]!, floatTensor(integers.shape, new Float32Array(integers.data.length)))
    } else if ((graph.initializers.get(scale)?.data.length ?? 0) !== 1) return undefined
    else alias.set(node.outputs[0]!, alias.get(source) ?? source)
  }
  if (hasTwice([...stored.values()].map(({ integers }) => integers))) return undefined
  for (const node of conversions) for (const name of node.inputs) initializers.delete(name)
  const named = (value: string): string => alias.get(value) ?? value
  const nodes = graph.nodes
    .filter((node) => !isConversion(node))
    .map((node) => ({ ...node, inputs: node.inputs.map(named) }))
  return {
    graph: {
      ...graph,
      nodes,
      initializers,
      outputs: graph.outputs.map((output) => ({ ...output, name: named(output.name) })),
      masks: new Map(),
      qparams: new Map(),
    },
    stored,
  }
}

function scaleAxis(graph: Graph, { inputs, attributes }: Node, { shape }: TensorData): number | undefined {
  if ((graph.initializers.get(inputs[1]!)?.data.length ?? 1) === 1) return undefined
  const axis = Number(attributes.axis ?? 1)
  return axis < 0 ? axis + shape.length : axis
}

const hasTwice = (names: readonly string[]): boolean => new Set(names).size < names.length
