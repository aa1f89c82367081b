import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { parseAs } from '../../shared/parse'
import { dataTypes, sizeOf } from '../graph/tensorData'
import type { DataType, TensorData, TypedArray } from '../graph/tensorData'

/** The safetensors format (huggingface/safetensors, version 1): header length as u64, JSON header, raw little-endian data. */
const dtypeNames = {
  float32: 'F32',
  float64: 'F64',
  int32: 'I32',
  int8: 'I8',
  uint8: 'U8',
  int16: 'I16',
  uint16: 'U16',
  uint32: 'U32',
  bool: 'BOOL',
} as const satisfies Partial<Record<DataType, string>>

type StoredType = keyof typeof dtypeNames

const size = z.number().int().min(0)
const headerEntry = z.object({
  dtype: z.string(),
  shape: z.array(size).readonly(),
  data_offsets: z.tuple([size, size]).readonly(),
})
type HeaderEntry = z.output<typeof headerEntry>

const headerSchema = z.object({ __metadata__: z.record(z.string(), z.string()).default({}) }).catchall(headerEntry)
type Header = z.output<typeof headerSchema>

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, TensorData>
  readonly metadata: Readonly<Record<string, string>>
}

const isStored = (dtype: DataType): dtype is StoredType => dtype in dtypeNames

export function writeSafetensors({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
  const header: Record<string, HeaderEntry | Readonly<Record<string, string>>> = { __metadata__: metadata }
  let end = 0
  for (const [name, { dtype, shape, data }] of tensors) {
    if (!isStored(dtype)) throw new NNOptError('internal', `tensor '${name}': safetensors has no type for ${dtype}`)
    header[name] = { dtype: dtypeNames[dtype], shape, data_offsets: [end, end + data.byteLength] }
    end += data.byteLength
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  // Data starts at a multiple of 8, so that readers can map it.
  const length = Math.ceil(text.length / 8) * 8
  const bytes = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(text, 8)
  let offset = 8 + length
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset)
    offset += data.byteLength
  }
  return bytes
}

/** Throws `badInput` naming the file when it is no safetensors file or is cut short. */
export function readSafetensors(bytes: Uint8Array, fileName: string): TensorFile {
  const length = bytes.length < 8 ? NaN : Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  if (!(length <= bytes.length - 8))
    throw new NNOptError('badInput', `'${fileName}' is not a safetensors file or is truncated: ${bytes.length} bytes`)
  const { __metadata__: metadata, ...entries } = parseHeader(bytes.subarray(8, 8 + length), fileName)
  const body = bytes.subarray(8 + length)
  const tensors = new Map(
    Object.entries(entries).map(([name, entry]) => [name, readTensor(name, entry, body, fileName)]),
  )
  return { tensors, metadata }
}

function parseHeader(text: Uint8Array, fileName: string): Header {
  const place = `'${fileName}' is not a safetensors file: its header`
  return parseAs(headerSchema, parseJson(text, place), place, { code: 'badInput' })
}

function parseJson(text: Uint8Array, place: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(text))
  } catch (cause) {
    throw new NNOptError('badInput', `${place} is not JSON`, undefined, { cause })
  }
}

function readTensor(
  name: string,
  { dtype, shape, data_offsets: [start, end] }: HeaderEntry,
  body: Uint8Array,
  fileName: string,
): TensorData {
  const type = (Object.keys(dtypeNames) as StoredType[]).find((key) => dtypeNames[key] === dtype)
  if (!type)
    throw new NNOptError(
      'unsupported',
      `'${fileName}': tensor '${name}' has type ${dtype}: expected one of ${Object.values(dtypeNames).join(', ')}`,
    )
  const expected = sizeOf(shape) * dataTypes[type].BYTES_PER_ELEMENT
  if (end - start !== expected || end > body.length)
    throw new NNOptError(
      'badInput',
      `'${fileName}' is truncated at tensor '${name}': expected ${expected} bytes, got ${Math.max(0, Math.min(end, body.length) - start)}`,
    )
  // A copy: the data need not be aligned in the file.
  const data: TypedArray = new dataTypes[type](new Uint8Array(body.subarray(start, end)).buffer)
  return { dtype: type, shape, data }
}
