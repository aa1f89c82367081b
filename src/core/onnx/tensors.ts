import { NNOptError } from '../../shared/errors'
import { dataTypes, sizeOf } from '../graph/tensorData'
import type { DataType, TensorData, TypedArray } from '../graph/tensorData'
import { widenBfloats, widenHalves } from './half'
import { toInt } from './proto'
import type { TensorProto } from './proto'

/** TensorProto.DataType of each element type of the IR. */
export const elementTypes: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
}

const bfloat16 = 16

export function dataTypeOf(elementType: number, where: string): DataType {
  const found = (Object.keys(elementTypes) as DataType[]).find((dtype) => elementTypes[dtype] === elementType)
  if (found) return found
  if (elementType === bfloat16) return 'float16'
  throw new NNOptError(
    'unsupported',
    `${where}: element type ${elementType} is not supported: expected one of ${Object.keys(elementTypes).join(', ')}`,
  )
}

/** Bytes of a file beside the model, by its location as the model states it. */
export type ExternalData = (location: string) => Uint8Array

/** A tensor of the file. Half-precision floats are widened to float32. Throws when the data do not fill the shape. */
export function readTensor(proto: TensorProto, fileName: string, externalData?: ExternalData): TensorData {
  const where = `'${fileName}': tensor '${proto.name ?? ''}'`
  const shape = (proto.dims ?? []).map(toInt)
  const dtype = dataTypeOf(proto.dataType ?? 0, where)
  const raw = proto.dataLocation === 1 ? readExternal(proto, where, externalData) : proto.rawData
  const values = raw && raw.length > 0 ? readRaw(raw, proto.dataType ?? 0, dtype, where) : readFields(proto, dtype)
  if (values.length !== sizeOf(shape)) {
    throw new NNOptError(
      'badInput',
      `${where} [${shape.join(', ')}]: expected ${sizeOf(shape)} values, got ${values.length}; the file is damaged or truncated`,
    )
  }
  return { dtype: dtype === 'float16' || dtype === 'float64' ? 'float32' : dtype, shape, data: values }
}

function readExternal(proto: TensorProto, where: string, externalData?: ExternalData): Uint8Array {
  const entries = Object.fromEntries((proto.externalData ?? []).map(({ key, value }) => [key, value]))
  if (!entries.location || !externalData)
    throw new NNOptError(
      'badInput',
      `${where}: its data is in another file ('${entries.location ?? '?'}'), which cannot be read here`,
    )
  const file = externalData(entries.location)
  const offset = Number(entries.offset ?? 0)
  const length = Number(entries.length ?? file.length - offset)
  if (!(offset >= 0 && length >= 0)) {
    throw new NNOptError(
      'badInput',
      `${where}: its place in '${entries.location}' is not a number of bytes: offset '${entries.offset ?? ''}', length '${entries.length ?? ''}'`,
    )
  }
  if (offset + length > file.length) {
    throw new NNOptError(
      'badInput',
      `${where}: external data file '${entries.location}' is too short: expected ${offset + length} bytes, got ${file.length}`,
    )
  }
  return file.subarray(offset, offset + length)
}

function readRaw(raw: Uint8Array, elementType: number, dtype: DataType, where: string): TypedArray {
  if (elementType === bfloat16) return widenBfloats(aligned(raw, Uint16Array, where))
  if (dtype === 'float16') return widenHalves(aligned(raw, Uint16Array, where))
  if (dtype === 'float64') return Float32Array.from(aligned(raw, Float64Array, where))
  if (dtype === 'int64') return Float64Array.from(aligned(raw, BigInt64Array, where), Number)
  return aligned<TypedArray>(raw, dataTypes[dtype], where)
}

interface ArrayOf<T> {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBuffer, byteOffset?: number, length?: number): T
}

/** A view of the bytes where their position allows one, else a copy. */
function aligned<T>(raw: Uint8Array, ArrayType: ArrayOf<T>, where: string): T {
  const width = ArrayType.BYTES_PER_ELEMENT
  if (raw.length % width !== 0)
    throw new NNOptError(
      'badInput',
      `${where}: expected a multiple of ${width} bytes, got ${raw.length}; the file is damaged or truncated`,
    )
  if (raw.byteOffset % width === 0) return new ArrayType(raw.buffer as ArrayBuffer, raw.byteOffset, raw.length / width)
  return new ArrayType(new Uint8Array(raw).buffer)
}

/** The typed fields: small integers and half floats share int32_data. */
function readFields(proto: TensorProto, dtype: DataType): TypedArray {
  if (dtype === 'float32') return Float32Array.from(proto.floatData ?? [])
  if (dtype === 'float64') return Float32Array.from(proto.doubleData ?? [])
  if (dtype === 'int64') return Float64Array.from((proto.int64Data ?? []).map(toInt))
  if (dtype === 'uint32') return Uint32Array.from((proto.uint64Data ?? []).map(toInt))
  if (dtype === 'float16') return (proto.dataType === bfloat16 ? widenBfloats : widenHalves)(proto.int32Data ?? [])
  return new dataTypes[dtype](proto.int32Data ?? [])
}

/** TensorProto of a constant: raw little-endian data. */
export function writeTensor(name: string, { dtype, shape, data }: TensorData): TensorProto {
  const raw =
    dtype === 'int64'
      ? BigInt64Array.from(data as Float64Array, toInt64)
      : dtype === 'float16'
        ? Float32Array.from(data)
        : data
  return {
    name,
    dims: [...shape],
    dataType: elementTypes[dtype === 'float16' ? 'float32' : dtype],
    rawData: new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength),
  }
}

const largestInt64 = 2n ** 63n - 1n

/** Doubles round the largest int64 (the open end of a Slice) up by one. */
function toInt64(value: number): bigint {
  return value >= 2 ** 63 ? largestInt64 : value <= -(2 ** 63) ? -largestInt64 - 1n : BigInt(value)
}
