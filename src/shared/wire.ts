import { NNOptError } from './errors'
import type { Message } from './rpc'

/**
 * Messages as WebSocket frames. Text frames are JSON. Messages that contain a Uint8Array are binary: header length
 * (u32, little-endian), JSON in which each array is replaced by `{ "$bytes": [offset, length] }`, then the bytes.
 */
export function encodeMessage(message: Message): string | Uint8Array<ArrayBuffer> {
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

/** Throws `wrongCall` if the frame is not a message. */
export function decodeMessage(frame: string | Uint8Array): Message {
  const message = typeof frame === 'string' ? parse(frame, new Uint8Array()) : parseBinary(frame)
  if (typeof message !== 'object' || message === null || !('type' in message) || !('id' in message))
    throw new NNOptError('wrongCall', 'a frame without type and id')
  return message as Message
}

function parseBinary(frame: Uint8Array): unknown {
  const length =
    frame.length < headerLengthBytes ? NaN : new DataView(frame.buffer, frame.byteOffset).getUint32(0, true)
  if (!(length <= frame.length - headerLengthBytes)) throw new NNOptError('wrongCall', 'a truncated binary frame')
  const start = headerLengthBytes + length
  return parse(new TextDecoder().decode(frame.subarray(headerLengthBytes, start)), frame.subarray(start))
}

function parse(text: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(text, (_key, value: unknown) =>
      isBytes(value) ? bytes.slice(value.$bytes[0], value.$bytes[0] + value.$bytes[1]) : value,
    )
  } catch (cause) {
    throw new NNOptError('wrongCall', 'a frame that is not JSON', undefined, { cause })
  }
}

const isBytes = (value: unknown): value is { readonly $bytes: readonly [number, number] } =>
  typeof value === 'object' && value !== null && '$bytes' in value && Array.isArray(value.$bytes)
