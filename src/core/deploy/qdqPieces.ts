import type { Graph, Node, QParams } from '../graph/graph'
import { tensorData } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { biasScale } from '../passes/quantization/biasScales'
import type { QuantizedBias } from '../passes/quantization/biasScales'
import { quantize } from '../fakeQuant/quantize'
import { roundHalfToEven } from '../fakeQuant/round'

/** Nodes and initializers that come into a graph together. */
export interface Piece {
  readonly nodes: readonly Node[]
  readonly initializers: ReadonlyMap<string, TensorData>
}

export const joinPieces = (pieces: readonly Piece[]): Piece => ({
  nodes: pieces.flatMap(({ nodes }) => nodes),
  initializers: new Map(pieces.flatMap(({ initializers }) => [...initializers])),
})

/** A quantized value's own name is that of its dequantized form; the node before it writes this one. */
export const unquantized = (value: string): string => `${value}/unquantized`

/** What the nodes behind a quantized graph input read. */
export const dequantizedInput = (value: string): string => `${value}/dequantized`

/** Name of the integers behind a value. */
export const integersOf = (value: string): string => `${value}/quantized`

/** A QuantizeLinear or DequantizeLinear. */
export const node = (op: string, base: string, inputs: readonly string[], output: string, axis?: number): Node => ({
  name: `${base}/${op}`,
  op,
  inputs,
  outputs: [output],
  attributes: axis === undefined ? {} : { axis },
})

/** Scale and zero point under names that begin with `base`. */
export function parameterTensors(
  base: string,
  { dtype, scale, zeroPoint, axis }: QParams,
): ReadonlyMap<string, TensorData> {
  const shape = axis === undefined ? [] : [scale.length]
  return new Map([
    [`${base}/scale`, tensorData('float32', shape, scale)],
    [`${base}/zero_point`, tensorData(dtype, shape, zeroPoint)],
  ])
}

/** `from` → QuantizeLinear → DequantizeLinear → `to`, under names that begin with `base`. */
export function activationPair(base: string, from: string, to: string, qparams: QParams): Piece {
  const parameters = [`${base}/scale`, `${base}/zero_point`]
  return {
    nodes: [
      node('QuantizeLinear', base, [from, ...parameters], integersOf(base)),
      node('DequantizeLinear', base, [integersOf(base), ...parameters], to),
    ],
    initializers: parameterTensors(base, qparams),
  }
}

/** int8 numbers → DequantizeLinear → the weight's own name. */
export function weightPiece(name: string, weight: TensorData, qparams: QParams): Piece {
  const values = weight.data instanceof Float32Array ? weight.data : Float32Array.from(weight.data)
  const integers = tensorData(qparams.dtype, weight.shape, quantize(values, weight.shape, qparams))
  return {
    nodes: [
      node('DequantizeLinear', name, [integersOf(name), `${name}/scale`, `${name}/zero_point`], name, qparams.axis),
    ],
    initializers: new Map([[integersOf(name), integers], ...parameterTensors(name, qparams)]),
  }
}

/** Value name of a node's dequantized bias: one a node, since its scale depends on the node's input and weight. */
export const biasName = ({ name }: Node): string => `${name}/bias`

/** int32 numbers with scale input × weight → DequantizeLinear. onnxruntime adds the integers to its sum of products as they are. */
export function biasPiece(place: QuantizedBias): Piece {
  const name = biasName(place.node)
  const scale = biasScale(place)
  const perChannel = place.weight.axis !== undefined
  const integers = Int32Array.from(place.values, (value, channel) =>
    roundHalfToEven(value / scale[perChannel ? channel : 0]!),
  )
  const shape = perChannel ? [scale.length] : []
  return {
    nodes: [
      node(
        'DequantizeLinear',
        name,
        [integersOf(name), `${name}/scale`, `${name}/zero_point`],
        name,
        perChannel ? 0 : undefined,
      ),
    ],
    initializers: new Map([
      [integersOf(name), tensorData('int32', [integers.length], integers)],
      [`${name}/scale`, tensorData('float32', shape, scale)],
      [`${name}/zero_point`, tensorData('int32', shape, new Int32Array(scale.length))],
    ]),
  }
}

/** Masks under the names that the integers of their weights have. */
export const integerMasks = (graph: Graph): Graph['masks'] =>
  new Map([...graph.masks].map(([name, mask]) => [graph.qparams.has(name) ? integersOf(name) : name, mask]))
