import { NNOptError } from '../../../shared/errors'
import { channels } from '../../../core/data/image'
import type { RgbImage } from '../../../core/data/image'
import { UnreadableImage } from './unreadableImage'

/**
 * Most pixels of an image, 8192 × 8192: some 200 MB of memory for each thread that decodes one. A few kilobytes of PNG can
 * hold a hundred times more.
 */
export const mostPixels = 2 ** 26

export type Decode = (bytes: Buffer) => Promise<RgbImage>

/**
 * Loads the JPEG, PNG and WebP decoder (libvips, through sharp). Pixels match Pillow's `convert('RGB')`: no color
 * profile is applied, alpha is dropped, and the orientation tag is ignored. Throws `unavailable` if the addon cannot be
 * loaded.
 */
export async function loadDecoder(): Promise<Decode> {
  const { default: sharp } = await import('sharp').catch((error: unknown) => {
    throw new NNOptError(
      'unavailable',
      `the image decoder (sharp) cannot be loaded: ${error instanceof Error ? error.message : String(error)}; run 'npm ci' again`,
    )
  })
  // Threads already run in parallel, and no image is requested twice in a row.
  sharp.concurrency(1)
  sharp.cache(false)
  return async (bytes) => {
    assertKnown(bytes)
    try {
      const { data, info } = await sharp(bytes, { failOn: 'warning', ignoreIcc: true, limitInputPixels: mostPixels })
        .removeAlpha()
        .toColourspace('srgb')
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true })
      if (info.channels !== channels)
        throw new UnreadableImage(`has ${info.channels} channels after decoding: expected ${channels}`)
      return { width: info.width, height: info.height, data }
    } catch (error) {
      throw error instanceof UnreadableImage ? error : new UnreadableImage(reasonOf(error))
    }
  }
}

const reasonOf = (error: unknown): string =>
  /exceeds pixel limit/.test(firstLine(error))
    ? `has more than ${mostPixels} pixels: shrink it first`
    : `cannot be decoded (${firstLine(error)})`

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!

/** By magic bytes, so that no other decoder of the library is ever used. */
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
