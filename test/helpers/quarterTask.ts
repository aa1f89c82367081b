import { createRandom } from '../../src/core/data/random'
import type { ImageBatch } from '../../src/core/train/imageBatch'

/** Height and width of the images in pixels. */
export const side = 16

/** Bright above or below, left or right: four classes that a small network learns in a few steps. */
export function quarterBatch(seed: number, count = 32): ImageBatch {
  const random = createRandom(seed)
  const labels = Int32Array.from({ length: count }, () => random.integer(4))
  const images = new Uint8Array(count * side * side * 3)
  for (let at = 0; at < images.length; at++) {
    const [pixel, image] = [Math.floor(at / 3) % (side * side), Math.floor(at / (3 * side * side))]
    const quarter = (Math.floor(pixel / side) < side / 2 ? 0 : 2) + (pixel % side < side / 2 ? 0 : 1)
    images[at] = random.integer(160) + (quarter === labels[image] ? 40 : 0)
  }
  return { images, labels, height: side, width: side }
}
