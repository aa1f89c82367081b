import { isDequantize } from '../graph/conversions'
import { constantInput, producers } from '../graph/graph'
import type { Graph, Node } from '../graph/graph'
import { isFloat } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { forEachRun } from '../fakeQuant/slices'
import { rangeOf } from '../fakeQuant/range'
import { operators } from '../ops/index'
import { outputAxis } from '../ops/nodeFacts'
import type { Layer } from '../../shared/types'

/** A weight as it is calculated with. */
export interface WeightValues {
  /** Name of the initializer. */
  readonly tensor: string
  readonly shape: readonly number[]
  /** Of the file. */
  readonly dtype: string
  /** Row-major; integers as the numbers that they stand for. */
  readonly values: Float32Array
  /** Axis of the output channels. */
  readonly channelAxis: number
  readonly quantization:
    | {
        readonly dtype: 'int8' | 'uint8'
        readonly scale: ArrayLike<number>
        readonly zeroPoint: ArrayLike<number>
        readonly axis: number | undefined
      }
    | undefined
}

/** The numbers of a node's weight, or undefined where it has none or computes it. */
export function weightValues(graph: Graph, node: Node): WeightValues | undefined {
  const entry = Object.entries(operators.get(node.op).parameters ?? {}).find(([, role]) => role === 'weight')
  const value = entry && node.inputs[Number(entry[0])]
  if (!value) return undefined
  const channelAxis = outputAxis(node) ?? 0
  const float = graph.initializers.get(value)
  if (float)
    return isFloat(float.dtype)
      ? {
          tensor: value,
          shape: float.shape,
          dtype: float.dtype,
          values: Float32Array.from(float.data),
          channelAxis,
          quantization: undefined,
        }
      : undefined
  const dequantizer = producers(graph).get(value)
  const integers = dequantizer && isDequantize(dequantizer) ? constantInput(graph, dequantizer, 0) : undefined
  return dequantizer && integers && { ...dequantized(graph, dequantizer, integers), channelAxis }
}

function dequantized(graph: Graph, node: Node, { dtype, shape, data }: TensorData): Omit<WeightValues, 'channelAxis'> {
  const scale = constantInput(graph, node, 1)?.data ?? Float32Array.of(1)
  const zeroPoint = constantInput(graph, node, 2)?.data ?? new Int32Array(scale.length)
  const axis = scale.length === 1 ? undefined : Number(node.attributes.axis ?? 1)
  const values = new Float32Array(data.length)
  forEachRun(shape, axis, (slice, start, end) => {
    for (let index = start; index < end; index++) values[index] = (data[index]! - zeroPoint[slice]!) * scale[slice]!
  })
  return {
    tensor: node.inputs[0]!,
    shape,
    dtype,
    values,
    quantization: { dtype: dtype === 'uint8' ? 'uint8' : 'int8', scale, zeroPoint, axis },
  }
}

const spread = (numbers: ArrayLike<number>): readonly [number, number] => {
  const { min, max } = rangeOf(numbers)
  return [min, max]
}

/** What a table says of it. */
export function weightOf(graph: Graph, node: Node): Layer['weight'] {
  const weight = weightValues(graph, node)
  if (!weight) return null
  const { tensor, shape, dtype, values, quantization } = weight
  let zeros = 0
  for (let index = 0; index < values.length; index++) if (values[index] === 0) zeros++
  return {
    tensor,
    shape,
    dtype,
    count: values.length,
    zeros,
    range: spread(values),
    quantization: quantization
      ? {
          dtype: quantization.dtype,
          slices: quantization.scale.length,
          scale: spread(quantization.scale),
          zeroPoint: spread(quantization.zeroPoint),
        }
      : null,
  }
}
