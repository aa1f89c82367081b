import { createRandom } from '../../src/core/data/random'
import type { ImageBatch } from '../../src/core/train/imageBatch'

export const size = 8

export function batch(count: number, seed = 1): ImageBatch {
  const random = createRandom(seed)
  return {
    images: Uint8Array.from({ length: count * size * size * 3 }, () => random.integer(256)),
    labels: Int32Array.from({ length: count }, () => random.integer(3)),
    height: size,
    width: size,
  }
}
