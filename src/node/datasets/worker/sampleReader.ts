import { openSync, readFileSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { RgbImage } from '../../../core/data/image'
import { wholeFileOffset } from '../pool/messages'
import type { SampleRefs } from '../pool/messages'
import { loadDecoder } from './decoder'
import type { Decode } from './decoder'
import { UnreadableImage } from './unreadableImage'

export interface SampleReader {
  /** The bytes of a sample as stored. Throws UnreadableImage. */
  bytes(samples: SampleRefs, position: number): Buffer
  /** The decoded image. Rejects with UnreadableImage. */
  picture(samples: SampleRefs, position: number, bytes: Buffer): Promise<RgbImage>
}

/** Reads samples; files with many samples stay open while the thread runs. */
export function createSampleReader(): SampleReader {
  const open = new Map<string, number>()
  let decoder: Promise<Decode> | undefined
  return {
    bytes(samples, position) {
      const path = samples.files[samples.file[position]!]!
      const [offset, length] = [samples.offset[position]!, samples.length[position]!]
      const bytes = offset === wholeFileOffset ? wholeFile(path, length) : part(open, path, offset, length)
      assertUnchanged(bytes, samples.crc?.[position])
      return bytes
    },
    async picture(samples, position, bytes) {
      const [width, height] = [samples.width[position]!, samples.height[position]!]
      if (width > 0) return { width, height, data: bytes }
      decoder ??= loadDecoder()
      const decode = await decoder
      return decode(bytes)
    },
  }
}

function assertUnchanged(bytes: Uint8Array, expected: number | undefined): void {
  const found = expected === undefined ? undefined : crc32(bytes)
  if (found !== expected)
    throw new UnreadableImage(`has changed since it was added: expected CRC-32 ${hex(expected)}, got ${hex(found)}`)
}

const hex = (value: number | undefined): string => (value ?? 0).toString(16).padStart(8, '0')

function wholeFile(path: string, length: number): Buffer {
  const bytes = attempt(() => readFileSync(path))
  if (bytes.length !== length)
    throw new UnreadableImage(`has changed since it was added: expected ${length} bytes, got ${bytes.length}`)
  return bytes
}

function part(open: Map<string, number>, path: string, offset: number, length: number): Buffer {
  const known = open.get(path)
  const file = known ?? attempt(() => openSync(path, 'r'))
  if (known === undefined) open.set(path, file)
  const bytes = Buffer.allocUnsafeSlow(length)
  const read = attempt(() => readSync(file, bytes, 0, length, offset))
  if (read !== length)
    throw new UnreadableImage(`'${path}' ends too early: expected ${length} bytes at ${offset}, got ${read}`)
  return bytes
}

function attempt<T>(action: () => T): T {
  try {
    return action()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw new UnreadableImage(
      code === 'ENOENT'
        ? 'no longer exists'
        : `cannot be opened (${error instanceof Error ? error.message : String(error)})`,
    )
  }
}
