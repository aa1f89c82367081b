import { NNOptError } from '../../shared/errors'
import { channels, cropped } from './image'
import type { RgbImage, Size, Window } from './image'
import { preprocessedSize } from './preprocessing'
import type { Preprocessing } from './preprocessing'
import { centerWindow, resizeWindow, shortSideSize } from './resize/index'

export type ImageLayout = 'nchw' | 'nhwc'

const byteValues = 256

/**
 * Resizes, crops and normalises one picture into `out` at `offset`; writes width × height × 3 floats.
 * The floats are those of torchvision's ToTensor and Normalize: every step is rounded to float32.
 * Throws `badInput` when the preprocessing fixes no size and the picture is not of the size of the others (`expected`).
 */
export function preprocess(
  image: RgbImage,
  preprocessing: Preprocessing,
  out: Float32Array,
  offset: number,
  layout: ImageLayout,
  expected?: Size,
): void {
  const pixels = geometry(image, preprocessing)
  const size = preprocessedSize(preprocessing) ?? expected
  if (size && (pixels.width !== size.width || pixels.height !== size.height)) {
    throw new NNOptError(
      'badInput',
      `expected an image of ${size.width}×${size.height}, got ${pixels.width}×${pixels.height}; add a resize to the preprocessing`,
    )
  }
  normalize(pixels.data, normalizationTable(preprocessing), out, offset, layout)
}

/** The picture as 8-bit pixels after resize and centre crop; only the pixels inside the crop are computed. */
export function geometry(image: RgbImage, { resize, crop }: Preprocessing): RgbImage {
  const size = resize ? ('shortSide' in resize ? shortSideSize(image, resize.shortSide) : resize) : image
  const window = crop ? centerWindow(size, crop) : { left: 0, top: 0, width: size.width, height: size.height }
  const inside = clipped(window, size)
  const pixels = resizeWindow(image, size, inside)
  if (inside === window) return pixels
  return cropped(pixels, { ...window, left: window.left - inside.left, top: window.top - inside.top })
}

/** The part of a window inside a picture; the window itself when all of it is. */
function clipped(window: Window, size: Size): Window {
  const [left, top] = [Math.max(0, window.left), Math.max(0, window.top)]
  const width = Math.min(size.width, window.left + window.width) - left
  const height = Math.min(size.height, window.top + window.height) - top
  return width === window.width && height === window.height ? window : { left, top, width, height }
}

const tables = new WeakMap<Preprocessing, Float32Array>()

/** (value / 255 − mean) / std for every byte of every channel, [3 × 256]. */
function normalizationTable(preprocessing: Preprocessing): Float32Array {
  const known = tables.get(preprocessing)
  if (known) return known
  const table = Float32Array.from({ length: channels * byteValues }, (_, index) => {
    const channel = Math.floor(index / byteValues)
    const unit = Math.fround((index % byteValues) / 255)
    return Math.fround(
      Math.fround(unit - Math.fround(preprocessing.mean[channel]!)) / Math.fround(preprocessing.std[channel]!),
    )
  })
  tables.set(preprocessing, table)
  return table
}

function normalize(
  pixels: Uint8Array,
  table: Float32Array,
  out: Float32Array,
  offset: number,
  layout: ImageLayout,
): void {
  const count = pixels.length / channels
  const [pixelStep, channelStep] = layout === 'nchw' ? [1, count] : [channels, 1]
  for (let pixel = 0, at = 0, target = offset; pixel < count; pixel++, at += channels, target += pixelStep) {
    out[target] = table[pixels[at]!]!
    out[target + channelStep] = table[byteValues + pixels[at + 1]!]!
    out[target + 2 * channelStep] = table[2 * byteValues + pixels[at + 2]!]!
  }
}
