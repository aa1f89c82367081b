import { NNOptError } from '../../shared/errors'
import { constantInput, producers } from '../graph/graph'
import type { Graph, Node, ValueInfo } from '../graph/graph'
import { inferShapes } from '../passes/inferShapes'
import { lowered } from '../passes/patterns/lowered'
import type { DataType } from '../graph/tensorData'
import { writeAttributes } from './attributes'
import { modelType } from './proto'
import type { ModelProto, ValueInfoProto } from './proto'
import { elementTypes, writeTensor } from './tensors'
import { isQuantize } from '../graph/conversions'

/** Readable by onnxruntime 1.13 and later, and by every current toolkit. */
const versions = { opset: 17, ir: 8 } as const

/** A graph as an ONNX file at opset 17, with its metadata as metadata_props. Equal graphs give equal bytes. */
export function writeOnnx(source: Graph, options: { readonly producerVersion?: string } = {}): Uint8Array<ArrayBuffer> {
  const graph = lowered(source)
  const model: ModelProto = {
    irVersion: versions.ir,
    producerName: 'NNOpt Studio',
    ...(options.producerVersion && { producerVersion: options.producerVersion }),
    opsetImport: [{ version: versions.opset }],
    metadataProps: Object.keys(graph.metadata)
      .sort()
      .map((key) => ({ key, value: graph.metadata[key]! })),
    graph: {
      name: graph.name,
      node: graph.nodes.map(({ name, op, inputs, outputs, attributes }) => ({
        name,
        opType: op,
        input: inputs,
        output: outputs,
        attribute: writeAttributes(attributes),
      })),
      initializer: [...graph.initializers].map(([name, tensor]) => writeTensor(name, tensor)),
      input: graph.inputs.map(writeValueInfo),
      output: graph.outputs.map(writeValueInfo),
    },
  }
  return new Uint8Array(modelType.encode(modelType.fromObject(model)).finish())
}

/** The graph with more outputs, so that a runtime hands out inner values. Throws `notFound` for a name that no node writes. */
export function withOutputs(graph: Graph, names: readonly string[]): Graph {
  const batch = graph.inputs[0]!.shape[0]!
  const shapes = inferShapes(graph, typeof batch === 'number' ? batch : 1)
  const writers = producers(graph)
  const known = new Set(graph.outputs.map(({ name }) => name))
  const added = [...new Set(names)]
    .filter((name) => !known.has(name))
    .map((name): ValueInfo => {
      const writer = writers.get(name)
      if (!writer) throw new NNOptError('notFound', `model '${graph.name}': no node writes '${name}'`, { value: name })
      return { name, dtype: elementTypeOf(graph, writer), shape: [batch, ...(shapes.get(name) ?? []).slice(1)] }
    })
  return { ...graph, outputs: [...graph.outputs, ...added] }
}

/** Only QuantizeLinear writes integers: of its zero point's type, uint8 without one. */
const elementTypeOf = (graph: Graph, writer: Node): DataType =>
  isQuantize(writer) ? (constantInput(graph, writer, 2)?.dtype ?? 'uint8') : 'float32'

function writeValueInfo({ name, dtype, shape }: ValueInfo): ValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }))
  return { name, type: { tensorType: { elemType: elementTypes[dtype], shape: { dim } } } }
}
