import type sharpModule from 'sharp'
import { mostPixels } from '../datasets/worker/decoder'
import type { SampleFile } from '../datasets/read/sampleFile'

export interface ShrunkPicture {
  /** Of the original image. */
  readonly width: number
  readonly height: number
  readonly mimeType: string
  readonly bytes: Uint8Array
}

let loading: Promise<typeof sharpModule> | undefined

/** libvips, loaded with the first image that needs it. */
const sharpLibrary = (): Promise<typeof sharpModule> =>
  (loading ??= import('sharp').then(({ default: sharp }) => sharp))

const jpegQuality = 82

/**
 * Scales an image down so that no side exceeds `side`; small images stay as they are. Rejects with libvips' message if
 * it cannot be decoded.
 */
export async function shrunk({ bytes, mimeType }: SampleFile, side: number): Promise<ShrunkPicture> {
  const sharp = await sharpLibrary()
  const image = sharp(bytes, { failOn: 'none', ignoreIcc: true, limitInputPixels: mostPixels })
  const { width, height } = await image.metadata()
  if (Math.max(width, height) <= side) return { width, height, mimeType, bytes }
  const small = await image
    .resize({ width: side, height: side, fit: 'inside' })
    .removeAlpha()
    .jpeg({ quality: jpegQuality })
    .toBuffer()
  return { width, height, mimeType: 'image/jpeg', bytes: small }
}
