import { NNOptError } from '../../shared/errors'
import type { QParams } from '../graph/graph'
import { clamp, roundHalfToEven } from './round'
import { forEachRun } from './slices'

type Shape = readonly number[]

/** q = clamp(round(x / scale) + zeroPoint, qmin, qmax) in float32, as onnxruntime's QuantizeLinear. Throws when the slices do not fit the shape. */
export function quantize(values: Float32Array, shape: Shape, qparams: QParams): Int8Array | Uint8Array {
  const integers = qparams.dtype === 'int8' ? new Int8Array(values.length) : new Uint8Array(values.length)
  forEachSlice(shape, qparams, (scale, zeroPoint, start, end) => {
    for (let index = start; index < end; index++) integers[index] = integerOf(values[index]!, scale, zeroPoint, qparams)
  })
  return integers
}

/** x = (q − zeroPoint) · scale in float32, as onnxruntime's DequantizeLinear. */
export function dequantize(integers: ArrayLike<number>, shape: Shape, qparams: QParams): Float32Array {
  const values = new Float32Array(integers.length)
  forEachSlice(shape, qparams, (scale, zeroPoint, start, end) => {
    for (let index = start; index < end; index++) values[index] = (integers[index]! - zeroPoint) * scale
  })
  return values
}

/** dequantize(quantize(x)) without the integers between. */
export function fakeQuant(values: Float32Array, shape: Shape, qparams: QParams): Float32Array {
  const result = new Float32Array(values.length)
  forEachSlice(shape, qparams, (scale, zeroPoint, start, end) => {
    for (let index = start; index < end; index++)
      result[index] = (integerOf(values[index]!, scale, zeroPoint, qparams) - zeroPoint) * scale
  })
  return result
}

const integerOf = (value: number, scale: number, zeroPoint: number, { qmin, qmax }: QParams): number =>
  clamp(roundHalfToEven(Math.fround(value / scale)) + zeroPoint, qmin, qmax)

function forEachSlice(
  shape: Shape,
  { axis, scale, zeroPoint }: QParams,
  visit: (scale: number, zeroPoint: number, start: number, end: number) => void,
): void {
  const slices = axis === undefined ? 1 : shape[axis]
  if (scale.length !== slices) {
    throw new NNOptError(
      'internal',
      `tensor [${shape.join(', ')}]: expected ${slices} scales along axis ${axis ?? '-'}, got ${scale.length}`,
    )
  }
  forEachRun(shape, axis, (slice, start, end) => visit(scale[slice]!, zeroPoint[slice]!, start, end))
}
