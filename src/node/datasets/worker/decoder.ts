import { NNOptError } from '../../../shared/errors'
import { channels } from '../../../core/data/image'
import type { RgbImage } from '../../../core/data/image'
import { UnreadableImage } from './unreadableImage'

export type Decode = (bytes: Buffer) => Promise<RgbImage>

/**
 * Loads the decoder of jpg, png and webp: libvips through sharp. Its pixels are those of Pillow's `convert('RGB')`: no colour profile is applied, alpha is dropped,
 * the orientation tag is not followed. Throws `unavailable` when the addon cannot be loaded.
 */
export async function loadDecoder(): Promise<Decode> {
  const { default: sharp } = await import('sharp').catch((error: unknown) => {
    throw new NNOptError(
      'unavailable',
      `the image decoder (sharp) cannot be loaded: ${error instanceof Error ? error.message : String(error)}; run 'npm ci' again`,
    )
  })
  // Threads run in parallel already, and no picture is asked for twice in a row.
  sharp.concurrency(1)
  sharp.cache(false)
  return async (bytes) => {
    assertKnown(bytes)
    try {
      const { data, info } = await sharp(bytes, { failOn: 'warning', ignoreIcc: true })
        .removeAlpha()
        .toColourspace('srgb')
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true })
      if (info.channels !== channels)
        throw new UnreadableImage(`has ${info.channels} channels after decoding: expected ${channels}`)
      return { width: info.width, height: info.height, data }
    } catch (error) {
      throw error instanceof UnreadableImage ? error : new UnreadableImage(`cannot be decoded (${firstLine(error)})`)
    }
  }
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]

/** By their first bytes, so that no other decoder of the library is ever reached. */
function assertKnown(bytes: Buffer): void {
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8
  const isPng = bytes.toString('latin1', 1, 4) === 'PNG'
  const isWebp = bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP'
  if (bytes.length === 0) throw new UnreadableImage('is empty (0 bytes)')
  if (!isJpeg && !isPng && !isWebp)
    throw new UnreadableImage(
      `is not a JPEG, PNG or WebP image (it starts with the bytes ${bytes.toString('hex', 0, 8)})`,
    )
}
