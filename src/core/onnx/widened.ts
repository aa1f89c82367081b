import type { Graph } from '../graph/graph'
import type { AttributeProto, GraphProto, TensorProto } from './proto'

/** Metadata that says which element type the weights of the imported file had. */
const widenedKey = 'nnopt.widened'

/** ONNX numbers of the float types that become float32 on import. */
const widenedTypes: Readonly<Record<number, string>> = { 10: 'float16', 11: 'float64', 16: 'bfloat16' }

/** Notes in the metadata that weights came in another float type. */
export function withWideningNote(graph: Graph, { initializer = [], node = [] }: GraphProto): Graph {
  const constants = node
    .flatMap(({ attribute = [] }) => attribute.map(({ t }: AttributeProto) => t))
    .filter((tensor): tensor is TensorProto => Boolean(tensor))
  const types = new Set(
    [...initializer, ...constants.filter(holdsMany)].flatMap(({ dataType = 0 }) => widenedTypes[dataType] ?? []),
  )
  return types.size === 0
    ? graph
    : { ...graph, metadata: { ...graph.metadata, [widenedKey]: [...types].sort().join(', ') } }
}

/** Single numbers of another type are exporters' constants, not weights. */
const holdsMany = ({ dims = [] }: TensorProto): boolean => dims.length > 0
