import { atLeast } from '../../shared/atLeast'
import { NNOptError } from '../../shared/errors'
import type { Graph, Node, QParams } from '../graph/graph'
import { withUsedInitializers } from '../graph/usedInitializers'
import { quantizedBiases, withBiasRoom } from '../passes/quantization/biasScales'
import type { ConversionNote, QuantizedBias } from '../passes/quantization/biasScales'
import { superfluousClamps } from '../passes/quantization/clamps'
import { floatGuard, needsFloatGuard } from './floatGuard'
import { integerGate, integerRamp } from './integerGates'
import {
  activationPair,
  biasName,
  biasPiece,
  dequantizedInput,
  integerMasks,
  joinPieces,
  unquantized,
  weightPiece,
} from './qdqPieces'
import type { Piece } from './qdqPieces'
import { isConversion } from '../graph/conversions'

export interface Conversion {
  readonly graph: Graph
  readonly notes: readonly ConversionNote[]
  /** Names of the Relu and Clip nodes that saturation replaces. */
  readonly removedClamps: readonly string[]
}

/**
 * Writes the parameters of a graph as QuantizeLinear and DequantizeLinear pairs (ONNX opset 13 forms). Value names stay: the output of a
 * DequantizeLinear takes the name of the value that it stands for. Weights become int8 with one scale a channel, biases int32.
 * Throws `badInput` on a graph that has such pairs already.
 */
export function convert(source: Graph): Conversion {
  assertFloat(source)
  const { graph, notes } = withBiasRoom(source)
  const clamps = superfluousClamps(graph)
  const biases = new Map(quantizedBiases(graph).map((place) => [place.node, place]))
  const beyondClamp = new Map([...clamps].map(({ inputs, outputs }) => [inputs[0], outputs[0]]))
  const kept = graph.nodes.filter((node) => !clamps.has(node))
  const { nodes, initializers } = joinPieces([
    ...quantizedInputs(graph).map((name) => quantizedPair(graph, name, name, dequantizedInput(name))),
    ...[...graph.initializers].flatMap(([name, tensor]) => quantizedWeight(graph, name, tensor)),
    ...kept.map((node) => convertedNode(graph, node, biases.get(node), (value) => beyondClamp.get(value) ?? value)),
  ])
  const floats = [...graph.initializers].filter(([name]) => !graph.qparams.has(name))
  const masks = integerMasks(graph)
  const converted = {
    ...graph,
    nodes,
    initializers: new Map([...floats, ...initializers]),
    masks,
    qparams: new Map<string, QParams>(),
  }
  return { graph: withUsedInitializers(converted), notes, removedClamps: [...clamps].map(({ name }) => name) }
}

function assertFloat({ name, nodes }: Graph): void {
  const present = nodes.find(isConversion)
  if (!present) return
  throw new NNOptError(
    'badInput',
    `model '${name}': node '${present.name}' (${present.op}) shows that it is already quantized; start from its fp32 version`,
    { node: present.name },
  )
}

const quantizedInputs = (graph: Graph): readonly string[] =>
  graph.inputs.map(({ name }) => name).filter((name) => graph.qparams.has(name))

function quantizedPair(graph: Graph, value: string, from: string, to: string): Piece {
  const qparams = graph.qparams.get(value)
  return qparams ? activationPair(value, from, to, qparams) : joinPieces([])
}

function quantizedWeight(graph: Graph, name: string, tensor: Parameters<typeof weightPiece>[1]): readonly Piece[] {
  const qparams = graph.qparams.get(name)
  return qparams ? [weightPiece(name, tensor, qparams)] : []
}

function convertedNode(
  graph: Graph,
  node: Node,
  bias: QuantizedBias | undefined,
  beyondClamp: (value: string) => string,
): Piece {
  const inputs = node.inputs.map((value) => (quantizedInputs(graph).includes(value) ? dequantizedInput(value) : value))
  const outputs = node.outputs.map(beyondClamp)
  const ramp = integerRamp(graph, node)
  if (ramp) return integerGate(graph, node, ramp, inputs[0]!)
  const written = outputs.map((value) => (graph.qparams.has(value) ? unquantized(value) : value))
  return joinPieces([
    ...(bias ? [biasPiece(bias)] : []),
    {
      nodes: guarded(graph, node, {
        ...node,
        inputs: bias ? inputs.with(2, biasName(node)) : inputs,
        outputs: written,
      }),
      initializers: new Map(),
    },
    ...outputs.map((value) => quantizedPair(graph, value, unquantized(value), value)),
  ])
}

function guarded(graph: Graph, source: Node, node: Node): readonly Node[] {
  const [output] = atLeast(1, node.outputs)
  if (!needsFloatGuard(graph, source)) return [node]
  return [{ ...node, outputs: [`${output}/guarded`] }, floatGuard(node, `${output}/guarded`, output)]
}
