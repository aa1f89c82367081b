import { createHash } from 'node:crypto'
import type { RgbImage } from '../../src/core/data/image'

/** The formula of scripts/data-resize.py. */
export function sourceImage(width: number, height: number, seed: number): RgbImage {
  const data = new Uint8Array(width * height * 3)
  let at = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++)
        data[at++] = pixel(BigInt(x), BigInt(y), BigInt(channel), BigInt(seed))
    }
  }
  return { width, height, data }
}

function pixel(x: bigint, y: bigint, channel: bigint, seed: bigint): number {
  const low31 = 0x7fffffffn
  const key = (x * 73856093n) ^ (y * 19349663n) ^ (channel * 83492791n) ^ (seed * 2654435761n)
  const noise = (((key ^ (key >> 13n)) & low31) * 1103515245n + 12345n) & low31
  return Number(((noise >> 16n) % 160n) + ((x * 3n + y * 5n + channel * 20n) % 96n))
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
