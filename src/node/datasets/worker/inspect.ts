import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { channels } from '../../../core/data/image'
import type { RgbImage } from '../../../core/data/image'
import type { InspectTask, Inspection } from '../pool/messages'
import { pictures } from './pictures'
import type { SampleReader } from './sampleReader'

/**
 * Longest side of images stored decoded: they are read thousands of times and take less space than a cache of large
 * ones.
 */
const smallSide = 64

/** Decodes every image once: size, content hash, pixel sums and, if all images are small, the pixels. */
export async function inspect({ samples, wantsPixels }: InspectTask, reader: SampleReader): Promise<Inspection> {
  const count = samples.file.length
  const facts = {
    width: new Int32Array(count),
    height: new Int32Array(count),
    crc: new Uint32Array(count),
    pixelCrc: new Uint32Array(count),
    sha256: new Array<string>(count).fill(''),
    reasons: new Array<string>(count).fill(''),
  }
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)]
  const kept: Uint8Array[] = []
  let [pixelCount, allSmall] = [0, wantsPixels]
  for await (const result of pictures(samples, reader)) {
    const { position, bytes } = result
    if (bytes) {
      facts.sha256[position] = createHash('sha256').update(bytes).digest('hex')
      facts.crc[position] = crc32(bytes)
    }
    if ('problem' in result) {
      facts.reasons[position] = result.problem.reason
      continue
    }
    const { width, height, data } = result.picture
    facts.width[position] = width
    facts.height[position] = height
    facts.pixelCrc[position] = crc32(data)
    addSums(result.picture, sums, squares)
    pixelCount += width * height
    allSmall &&= Math.max(width, height) <= smallSide
    if (allSmall) kept.push(data)
  }
  return { ...facts, sums, squares, pixelCount, pixels: allSmall ? joined(kept) : null }
}

function addSums({ data }: RgbImage, sums: Float64Array, squares: Float64Array): void {
  let [red, green, blue, red2, green2, blue2] = [0, 0, 0, 0, 0, 0]
  for (let at = 0; at < data.length; at += channels) {
    const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!]
    red += r
    green += g
    blue += b
    red2 += r * r
    green2 += g * g
    blue2 += b * b
  }
  ;[red, green, blue].forEach((sum, channel) => (sums[channel]! += sum))
  ;[red2, green2, blue2].forEach((sum, channel) => (squares[channel]! += sum))
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    result.set(part, at)
    at += part.length
  }
  return result
}
