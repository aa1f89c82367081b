import { channels } from '../image'
import type { RgbImage } from '../image'
import { precisionBits } from './table'
import type { ResampleTable } from './table'

const half = 1 << (precisionBits - 1)

/** Output columns [left, left + width) of source rows [top, top + height). */
export function horizontalPass(
  image: RgbImage,
  table: ResampleTable,
  left: number,
  width: number,
  top: number,
  height: number,
): RgbImage {
  const data = new Uint8Array(width * height * channels)
  for (let x = 0; x < width; x++) {
    const tap = (left + x) * table.taps
    const weights = table.weights.subarray(tap, tap + table.count[left + x]!)
    const source = (top * image.width + table.start[left + x]!) * channels
    column(image, source, weights, data, x * channels, width * channels, height)
  }
  return { width, height, data }
}

/** One output column: the same weights for every row. */
function column(
  image: RgbImage,
  firstSource: number,
  weights: Int32Array,
  data: Uint8Array,
  firstTarget: number,
  targetStride: number,
  height: number,
): void {
  const source = image.data
  const sourceStride = image.width * channels
  for (let row = 0; row < height; row++) {
    let at = firstSource + row * sourceStride
    const target = firstTarget + row * targetStride
    let red = half
    let green = half
    let blue = half
    for (let tap = 0; tap < weights.length; tap++, at += channels) {
      const weight = weights[tap]!
      red += Math.imul(source[at]!, weight)
      green += Math.imul(source[at + 1]!, weight)
      blue += Math.imul(source[at + 2]!, weight)
    }
    data[target] = red >> precisionBits
    data[target + 1] = green >> precisionBits
    data[target + 2] = blue >> precisionBits
  }
}

/** Output rows [top, top + height) of an image whose first row is row `firstRow` of the source that the table speaks of. */
export function verticalPass(
  image: RgbImage,
  table: ResampleTable,
  top: number,
  height: number,
  firstRow: number,
): RgbImage {
  const stride = image.width * channels
  const data = new Uint8Array(stride * height)
  for (let row = 0; row < height; row++) {
    const tap = (top + row) * table.taps
    const weights = table.weights.subarray(tap, tap + table.count[top + row]!)
    const source = image.data.subarray((table.start[top + row]! - firstRow) * stride)
    const target = data.subarray(row * stride, (row + 1) * stride)
    if (weights.length === 2) blendTwo(source, stride, weights[0]!, weights[1]!, target)
    else blendMany(source, stride, weights, target)
  }
  return { width: image.width, height, data }
}

/** Enlarging reads two rows: the common case, at three times the speed of the general one. */
function blendTwo(source: Uint8Array, stride: number, first: number, second: number, target: Uint8Array): void {
  for (let at = 0; at < target.length; at++)
    target[at] = (half + Math.imul(source[at]!, first) + Math.imul(source[at + stride]!, second)) >> precisionBits
}

function blendMany(source: Uint8Array, stride: number, weights: Int32Array, target: Uint8Array): void {
  for (let at = 0; at < target.length; at++) {
    let sum = half
    for (let tap = 0, from = at; tap < weights.length; tap++, from += stride)
      sum += Math.imul(source[from]!, weights[tap]!)
    target[at] = sum >> precisionBits
  }
}
