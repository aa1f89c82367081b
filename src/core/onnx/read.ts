import { NNOptError } from '../../shared/errors'
import type { Dim, Graph, Node, ValueInfo } from '../graph/graph'
import type { TensorData } from '../graph/tensorData'
import { assertKnownAttributes, assertKnownOperators, assertNoRounding, assertWired } from '../passes/validate'
import { readAttributes } from './attributes'
import { decodeModel } from './decode'
import { withInputSize } from './inputSize'
import type { InputSize } from './inputSize'
import { inlineFunctions } from './inlineFunctions'
import { simplify } from '../passes/simplify'
import { toInt } from './proto'
import type { NodeProto, ValueInfoProto } from './proto'
import { dataTypeOf, readTensor } from './tensors'
import type { ExternalData } from './tensors'
import { constantValue } from './constantNode'
import { upgradeNode } from './upgrade'
import { assertImageClassifier, namingFile, withCheckedShapes } from './validate'
import { withWideningNote } from './widened'

export interface ReadOptions {
  /** Named in errors. */
  readonly fileName: string
  readonly externalData?: ExternalData | undefined
  /** For a file that leaves height and width free. */
  readonly inputSize?: InputSize | undefined
  readonly warn?: ((message: string) => void) | undefined
}

/**
 * An ONNX model file as a Graph: opsets 9 to 21 brought to opset 17, half-precision weights widened to float32, constants folded, the batch axis free.
 * Throws `badInput` for a file that is damaged or does not fit together, `unsupported` naming the node for what this program cannot run.
 */
export function readOnnx(bytes: Uint8Array, options: ReadOptions): Graph {
  try {
    return readGraph(bytes, options)
  } catch (cause) {
    if (cause instanceof NNOptError) throw cause
    // Whatever a foreign file makes stumble is a fault of the file; the cause says where.
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new NNOptError(
      'badInput',
      `'${options.fileName}' is damaged or malformed: it does not describe a graph (${reason}); export the model again`,
      undefined,
      { cause },
    )
  }
}

function readGraph(bytes: Uint8Array, { fileName, externalData, inputSize, warn }: ReadOptions): Graph {
  const { model, graph, opset } = decodeModel(bytes, fileName)
  const initializers = new Map<string, TensorData>()
  const external = externalData && readingOnce(externalData)
  for (const proto of graph.initializer ?? []) initializers.set(proto.name ?? '', readTensor(proto, fileName, external))
  const protos = inlineFunctions(graph.node ?? [], model.functions ?? [], fileName)
  const nodes = readNodes(protos, opset, fileName, initializers)
  const described: Graph = {
    name: graph.name || 'model',
    inputs: (graph.input ?? [])
      .filter(({ name }) => !initializers.has(name))
      .map((proto) => readValueInfo(proto, fileName)),
    outputs: (graph.output ?? []).map((proto) => readValueInfo(proto, fileName)),
    nodes,
    initializers,
    masks: new Map(),
    qparams: new Map(),
    metadata: Object.fromEntries((model.metadataProps ?? []).map(({ key, value }) => [key, value])),
  }
  const { graph: raw, warning } = withInputSize(described, inputSize, fileName)
  if (warning) warn?.(warning)
  assertImageClassifier(raw, fileName)
  return namingFile(fileName, () => {
    assertKnownOperators(raw)
    assertWired(raw)
    const simple = simplify(raw)
    assertKnownAttributes(simple)
    assertNoRounding(simple)
    return withWideningNote(withCheckedShapes(simple), graph)
  })
}

/** Hundreds of tensors may lie in one file. */
function readingOnce(externalData: ExternalData): ExternalData {
  const files = new Map<string, Uint8Array>()
  return (location) => {
    const bytes = files.get(location) ?? externalData(location)
    files.set(location, bytes)
    return bytes
  }
}

function readNodes(
  protos: readonly NodeProto[],
  opset: number,
  fileName: string,
  initializers: Map<string, TensorData>,
): readonly Node[] {
  const unique = createUniqueNames()
  const nodes: Node[] = []
  const fixed = new Set<string>()
  const isConstant = (name: string): boolean => name === '' || initializers.has(name) || fixed.has(name)
  const context = {
    opset,
    fileName,
    constant: (name: string) => initializers.get(name),
    isConstant,
    addConstant: (name: string, value: TensorData) => {
      initializers.set(name, value)
      return name
    },
  }
  for (const [index, proto] of protos.entries()) {
    const node = readNode(proto, unique(proto.name || `${proto.opType ?? 'node'}_${index}`), fileName)
    if (node.inputs.length > 0 && node.inputs.every(isConstant)) node.outputs.forEach((name) => fixed.add(name))
    // By name: Constant is another way to write an initializer, and no operator of the IR.
    if (node.op === 'Constant') initializers.set(node.outputs[0]!, constantValue(node, fileName))
    else nodes.push(upgradeNode(node, context))
  }
  return nodes
}

function readNode(proto: NodeProto, name: string, fileName: string): Node {
  const domain = proto.domain ?? ''
  if (domain !== '' && domain !== 'ai.onnx') {
    throw new NNOptError(
      'unsupported',
      `'${fileName}': node '${name}': operator '${domain}.${proto.opType ?? ''}' is not part of standard ONNX; export the model without custom operators`,
      { node: name, op: proto.opType },
    )
  }
  const op = proto.opType ?? ''
  return {
    name,
    op,
    inputs: proto.input ?? [],
    outputs: proto.output ?? [],
    attributes: readAttributes(proto.attribute ?? [], fileName, { name, op }),
  }
}

/** Names free names, in constant time however many nodes bear the same. */
function createUniqueNames(): (name: string) => string {
  const copies = new Map<string, number>()
  return (name) => {
    let unique = name
    for (let copy = copies.get(name) ?? 1; copies.has(unique); copy++) {
      unique = `${name}_${copy + 1}`
      copies.set(name, copy + 1)
    }
    copies.set(unique, copies.get(unique) ?? 1)
    return unique
  }
}

function readValueInfo({ name, type }: ValueInfoProto, fileName: string): ValueInfo {
  const tensor = type?.tensorType
  const dtype = dataTypeOf(tensor?.elemType ?? 0, `'${fileName}': '${name}'`)
  const shape = (tensor?.shape?.dim ?? []).map((dim, axis): Dim =>
    dim.dimParam ? dim.dimParam : dim.dimValue !== undefined ? toInt(dim.dimValue) : `axis${axis}`,
  )
  return { name, dtype: dtype === 'float16' || dtype === 'float64' ? 'float32' : dtype, shape }
}
