import { NNOptError } from './errors'
import type { Message } from './rpc'

/** A message on its way: text, or binary where it holds bytes. */
export type Frame = string | Uint8Array<ArrayBuffer>

/**
 * Messages as WebSocket frames. Text frames are JSON. Messages that contain a Uint8Array are binary: header length
 * (u32, little-endian), JSON in which each array is replaced by `{ "$bytes": [offset, length] }`, then the bytes.
 */
export function encodeMessage(message: Message): Frame {
  const parts: Uint8Array[] = []
  let end = 0
  const text = JSON.stringify(message, function (this: Readonly<Record<string, unknown>>, key: string, value: unknown) {
    // By now a Buffer has been converted to a list; its owner still has the original.
    const original = this[key]
    if (!(original instanceof Uint8Array)) return value
    parts.push(original)
    end += original.length
    return { $bytes: [end - original.length, original.length] }
  })
  return parts.length === 0 ? text : join(new TextEncoder().encode(text), parts, end)
}

const headerLengthBytes = 4

function join(header: Uint8Array, parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(headerLengthBytes + header.length + length)
  new DataView(frame.buffer).setUint32(0, header.length, true)
  frame.set(header, headerLengthBytes)
  let offset = headerLengthBytes + header.length
  for (const part of parts) {
    frame.set(part, offset)
    offset += part.length
  }
  return frame
}

const types: readonly unknown[] = ['call', 'cancel', 'event', 'result', 'error'] satisfies readonly Message['type'][]

/** Throws `wrongCall` if the frame is not a message. */
export function decodeMessage(frame: string | Uint8Array): Message {
  const message = typeof frame === 'string' ? parse(frame, new Uint8Array()) : parseBinary(frame)
  if (typeof message !== 'object' || message === null || !('type' in message) || !('id' in message))
    throw new NNOptError('wrongCall', 'a frame without type and id')
  if (!types.includes(message.type) || !Number.isSafeInteger(message.id))
    throw new NNOptError('wrongCall', 'a frame of an unknown type, or whose id is not an integer')
  return message as Message
}

/** Throws `wrongCall` when the frame is nothing that a caller says, or its text is longer than `textBytes`. */
export function assertCall(frame: string | Uint8Array, textBytes: number): void {
  const length = typeof frame === 'string' ? frame.length : headerLength(frame)
  if (length > textBytes)
    throw new NNOptError('wrongCall', `a frame with ${length} bytes of text: expected at most ${textBytes}`)
  const message = decodeMessage(frame)
  const isCall = message.type === 'call' && typeof message.name === 'string'
  if (!isCall && message.type !== 'cancel')
    throw new NNOptError('wrongCall', `a frame of type '${message.type}': expected a call with its name, or cancel`)
}

function headerLength(frame: Uint8Array): number {
  const length =
    frame.length < headerLengthBytes ? NaN : new DataView(frame.buffer, frame.byteOffset).getUint32(0, true)
  if (!(length <= frame.length - headerLengthBytes)) throw new NNOptError('wrongCall', 'a truncated binary frame')
  return length
}

function parseBinary(frame: Uint8Array): unknown {
  const start = headerLengthBytes + headerLength(frame)
  return parse(new TextDecoder().decode(frame.subarray(headerLengthBytes, start)), frame.subarray(start))
}

function parse(text: string, bytes: Uint8Array): unknown {
  let read = 0
  try {
    return JSON.parse(text, (_key, value: unknown) => {
      if (!isBytes(value)) return value
      const [offset, length] = value.$bytes
      // Each byte once, in order, as they were written: a frame never grows by being read.
      if (offset !== read || !Number.isSafeInteger(length) || length < 0 || offset + length > bytes.length)
        throw new NNOptError('wrongCall', 'a binary frame that refers to bytes it does not contain')
      read += length
      return bytes.slice(offset, offset + length)
    })
  } catch (cause) {
    if (cause instanceof NNOptError) throw cause
    throw new NNOptError('wrongCall', 'a frame that is not JSON', undefined, { cause })
  }
}

const isBytes = (value: unknown): value is { readonly $bytes: readonly [number, number] } =>
  typeof value === 'object' &&
  value !== null &&
  '$bytes' in value &&
  Array.isArray(value.$bytes) &&
  value.$bytes.length === 2
