import { open, readFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { NNOptError } from '../../../shared/errors'
import type { Split } from '../../../shared/types/dataset'
import { wholeFileOffset } from '../pool/messages'
import type { Dataset } from './openDataset'
import { encodePng } from './png'

/** An image as shown in a browser. */
export interface SampleFile {
  readonly bytes: Uint8Array
  readonly mimeType: 'image/jpeg' | 'image/png' | 'image/webp'
}

/**
 * The image of a sample, without a native decoder: its own file if there is one, otherwise a PNG of its pixels. Throws
 * `notFound` if the file is gone.
 */
export async function readSampleFile(dataset: Dataset, split: Split, index: number): Promise<SampleFile> {
  const refs = dataset.locate(split, Int32Array.of(index))
  const bytes = await readPart(refs.files[refs.file[0]!]!, refs.offset[0]!, refs.length[0]!)
  assertUnchanged(refs.names[0]!, bytes, refs.crc?.[0])
  if (refs.width[0]! > 0) return { bytes: encodePng(bytes, refs.width[0]!, refs.height[0]!), mimeType: 'image/png' }
  return { bytes, mimeType: mimeTypeOf(bytes) }
}

function assertUnchanged(name: string, bytes: Uint8Array, expected: number | undefined): void {
  if (expected !== undefined && crc32(bytes) !== expected)
    throw new NNOptError('storage', `image '${name}' has changed since it was added: add the dataset again`, { name })
}

async function readPart(path: string, offset: number, length: number): Promise<Buffer> {
  try {
    if (offset === wholeFileOffset) return await readFile(path)
    const file = await open(path)
    try {
      const bytes = Buffer.alloc(length)
      await file.read(bytes, 0, length, offset)
      return bytes
    } finally {
      await file.close()
    }
  } catch (error) {
    throw new NNOptError(
      'notFound',
      `image '${path}' cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
      { path },
      { cause: error },
    )
  }
}

function mimeTypeOf(bytes: Buffer): SampleFile['mimeType'] {
  if (bytes[0] === 0xff) return 'image/jpeg'
  return bytes.toString('latin1', 1, 4) === 'PNG' ? 'image/png' : 'image/webp'
}
