import { NNOptError } from '../../shared/errors'
import type { Graph, Node } from '../graph/graph'
import { isFloat, sizeOf } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { nodeContext } from '../passes/inferShapes'
import { operators } from '../ops/index'
import type { PackedParameter, ParameterRole, Shape } from '../ops/operator'

/** The scale of a quantized value, or its logarithm where it is learned; its zero point. */
export type QuantizationRole = 'quantScale' | 'quantZeroPoint'

/** A float initializer at a parameter position of a node, or a parameter of quantization. `shape` is the executor's layout (convolution HWIO, linear [in, out]). */
export interface ExecutorParameter {
  readonly name: string
  readonly role: ParameterRole | QuantizationRole
  /** Changed by gradients; running statistics and frozen parameters are not. */
  readonly trainable: boolean
  readonly shape: Shape
  readonly size: number
}

interface ParameterUse {
  readonly node: Node
  readonly index: number
  readonly role: ParameterRole
}

/** The first use of every parameter, in graph order. */
export function parameterUses(graph: Graph): ReadonlyMap<string, ParameterUse> {
  const uses = new Map<string, ParameterUse>()
  for (const node of graph.nodes) {
    for (const [index, role] of Object.entries(operators.get(node.op).parameters ?? {})) {
      const name = node.inputs[Number(index)] ?? ''
      const tensor = graph.initializers.get(name)
      if (tensor && isFloat(tensor.dtype) && !uses.has(name)) uses.set(name, { node, index: Number(index), role })
    }
  }
  return uses
}

const isStatistic = (role: ParameterRole): boolean => role === 'mean' || role === 'variance'

export interface ParameterTable {
  readonly list: readonly ExecutorParameter[]
  pack(name: string): Float32Array
  unpack(name: string, packed: Float32Array): TensorData
}

export function createParameterTable(
  graph: Graph,
  shapes: ReadonlyMap<string, Shape>,
  frozen: (name: string) => boolean,
): ParameterTable {
  const uses = parameterUses(graph)
  const packed = (name: string): PackedParameter => {
    const [{ node, index }, tensor] = [useOf(uses, name), graph.initializers.get(name) as TensorData]
    const operator = operators.get(node.op)
    return (
      operator.pack?.(nodeContext(graph, node, shapes), index, tensor) ?? {
        shape: tensor.shape,
        data: Float32Array.from(tensor.data),
      }
    )
  }
  return {
    list: [...uses].map(([name, { role }]) => {
      const { shape } = packed(name)
      return { name, role, trainable: !isStatistic(role) && !frozen(name), shape, size: sizeOf(shape) }
    }),
    pack: (name) => packed(name).data,
    unpack: (name, data) => {
      const { node, index } = useOf(uses, name)
      const tensor = graph.initializers.get(name) as TensorData
      return (
        operators.get(node.op).unpack?.(nodeContext(graph, node, shapes), index, data) ?? {
          dtype: 'float32',
          shape: tensor.shape,
          data: Float32Array.from(data),
        }
      )
    },
  }
}

function useOf(uses: ReadonlyMap<string, ParameterUse>, name: string): ParameterUse {
  const use = uses.get(name)
  if (!use) throw new NNOptError('internal', `'${name}' is not a parameter of the graph`)
  return use
}

/** The graph with some initializers replaced; masks and everything else stay. */
export function withParameters(graph: Graph, values: ReadonlyMap<string, TensorData>): Graph {
  for (const [name, tensor] of values) {
    const current = graph.initializers.get(name)
    if (!current || sizeOf(current.shape) !== sizeOf(tensor.shape)) {
      throw new NNOptError(
        'internal',
        `parameter '${name}': expected [${current?.shape.join(', ') ?? 'none'}], got [${tensor.shape.join(', ')}]`,
      )
    }
  }
  return { ...graph, initializers: new Map([...graph.initializers, ...values]) }
}
