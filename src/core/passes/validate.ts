import { NNOptError } from '../../shared/errors'
import { operators } from '../ops/index'
import { operatorOf } from '../ops/nodeFacts'
import { isEvaluable, isShapeQuery } from './evaluate'
import type { Graph, Node } from '../graph/graph'

/** Throws `unsupported` for the first node whose operator is neither in the registry nor computed away on import. */
export function assertKnownOperators(graph: Graph): void {
  const unknown = graph.nodes.find(({ op }) => !operators.has(op) && !isEvaluable(op) && !isShapeQuery({ op }))
  if (!unknown) return
  const { name, op } = unknown
  const advice = integerOperators.test(op)
    ? 'quantized models must use QuantizeLinear and DequantizeLinear around float operators (QDQ)'
    : `supported operators: ${operators.ids.join(', ')}`
  throw new NNOptError('unsupported', `node '${name}': operator '${op}' is not supported; ${advice}`, {
    node: name,
    op,
  })
}

/** onnxruntime's and ONNX's operators on integers: QLinearConv, QGemm, ConvInteger, DynamicQuantizeLinear. */
const integerOperators = /^QLinear|^QGemm|Integer$|^DynamicQuantize/

/** Throws `badInput` unless every value is written once, before it is read, and the outputs are written. */
export function assertWired(graph: Graph): void {
  const known = new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()])
  const written = new Set(graph.nodes.flatMap(({ outputs }) => outputs))
  for (const node of graph.nodes) {
    const missing = node.inputs.find((name) => name !== '' && !known.has(name))
    if (missing !== undefined) {
      const problem = written.has(missing) ? 'which only a later node writes' : 'which nothing writes'
      throw wiring(node, `reads '${missing}', ${problem}`)
    }
    for (const name of node.outputs.filter(Boolean)) {
      if (known.has(name)) throw wiring(node, `writes '${name}', which already exists`)
      known.add(name)
    }
  }
  const absent = graph.outputs.find(({ name }) => !known.has(name))
  if (absent)
    throw new NNOptError('badInput', `no node writes output '${absent.name}'; the file is damaged`, {
      output: absent.name,
    })
}

const wiring = (node: Node, problem: string): NNOptError =>
  new NNOptError('badInput', `node '${node.name}' (${node.op}) ${problem}; the file is damaged`, {
    node: node.name,
    op: node.op,
  })

/** Throws `unsupported` for a cast that rounds: the executor computes in float32 throughout. Casts between floats are gone by now. */
export function assertNoRounding(graph: Graph): void {
  const cast = graph.nodes.find((node) => operatorOf(node)?.cast && !operatorOf(node)?.passesOn?.(node))
  if (cast)
    throw new NNOptError(
      'unsupported',
      `node '${cast.name}' (${cast.op}): expected float numbers, got a cast to element type ${String(cast.attributes.to)} before the scores; export the model without it`,
      { node: cast.name, op: cast.op },
    )
}

/** Throws `unsupported` for an attribute that the operator does not know: ignoring it could change what the model computes. */
export function assertKnownAttributes(graph: Graph): void {
  for (const node of graph.nodes) {
    const attributeNames = Object.keys(operators.get(node.op).params.shape)
    const unknown = Object.keys(node.attributes).find((name) => !attributeNames.includes(name))
    if (unknown !== undefined) {
      const known =
        attributeNames.length > 0 ? `known attributes: ${attributeNames.join(', ')}` : 'it has no attributes'
      throw new NNOptError(
        'unsupported',
        `node '${node.name}' (${node.op}): attribute '${unknown}' is not supported; ${known}`,
        { node: node.name, op: node.op },
      )
    }
  }
}
