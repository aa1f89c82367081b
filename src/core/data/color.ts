import { channels } from './image'
import type { RgbImage } from './image'

/** ITU-R 601 luma in 16-bit fixed point, as Pillow's `convert('L')`. */
const luma = (red: number, green: number, blue: number): number =>
  (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16

const clampByte = (value: number): number => (value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value))

/** `from + factor × (to − from)`, cut to bytes as Pillow's ImageEnhance (Image.blend): 1 leaves the picture, 0 gives `from`. */
function blended(image: RgbImage, factor: number, from: (offset: number) => number): RgbImage {
  const data = new Uint8Array(image.data.length)
  const weight = Math.fround(factor)
  for (let at = 0; at < data.length; at += channels) {
    const base = from(at)
    for (let channel = at; channel < at + channels; channel++)
      data[channel] = clampByte(Math.fround(base + Math.fround(weight * (image.data[channel]! - base))))
  }
  return { ...image, data }
}

const lumaAt = ({ data }: RgbImage, at: number): number => luma(data[at]!, data[at + 1]!, data[at + 2]!)

/** Pillow's ImageEnhance.Brightness. */
export const adjustBrightness = (image: RgbImage, factor: number): RgbImage => blended(image, factor, () => 0)

/** Pillow's ImageEnhance.Color. */
export const adjustSaturation = (image: RgbImage, factor: number): RgbImage =>
  blended(image, factor, (at) => lumaAt(image, at))

/** Pillow's ImageEnhance.Contrast: towards the mean luma of the picture. */
export function adjustContrast(image: RgbImage, factor: number): RgbImage {
  let sum = 0
  for (let at = 0; at < image.data.length; at += channels) sum += lumaAt(image, at)
  const mean = Math.trunc(sum / (image.width * image.height) + 0.5)
  return blended(image, factor, () => mean)
}

/** Turns the hue by a share of the circle, −0.5..0.5, over Pillow's 8-bit HSV (torchvision adjust_hue on PIL pictures). */
export function adjustHue(image: RgbImage, turn: number): RgbImage {
  const data = new Uint8Array(image.data.length)
  const shift = Math.trunc(turn * 255) & 0xff
  for (let at = 0; at < data.length; at += channels) {
    const [hue, saturation, value] = rgbToHsv(image.data[at]!, image.data[at + 1]!, image.data[at + 2]!)
    data.set(hsvToRgb((hue + shift) & 0xff, saturation, value), at)
  }
  return { ...image, data }
}

type Triple = readonly [number, number, number]

/** Pillow's Convert.c, rgb2hsv_row: float32 arithmetic, bytes out. */
function rgbToHsv(red: number, green: number, blue: number): Triple {
  const [max, min] = [Math.max(red, green, blue), Math.min(red, green, blue)]
  if (max === min) return [0, 0, max]
  const range = Math.fround(max - min)
  const distance = (value: number): number => Math.fround(Math.fround(max - value) / range)
  const sextant =
    red === max
      ? Math.fround(distance(blue) - distance(green))
      : green === max
        ? Math.fround(2 + distance(red) - distance(blue))
        : Math.fround(4 + distance(green) - distance(red))
  const hue = Math.fround((sextant / 6 + 1) % 1)
  return [clampByte(hue * 255), clampByte(Math.fround(range / max) * 255), max]
}

/** Pillow's Convert.c, hsv2rgb. */
function hsvToRgb(hue: number, saturation: number, value: number): Triple {
  if (saturation === 0) return [value, value, value]
  const position = Math.fround((hue * 6) / 255)
  const sextant = Math.floor(position)
  const rest = Math.fround(position - sextant)
  const s = Math.fround(saturation / 255)
  const byte = (share: number): number => clampByte(Math.round(value * share))
  const [p, q, t] = [byte(1 - s), byte(1 - s * rest), byte(1 - s * (1 - rest))]
  const table: readonly Triple[] = [
    [value, t, p],
    [q, value, p],
    [p, value, t],
    [p, q, value],
    [t, p, value],
    [value, p, q],
  ]
  return table[sextant % 6]!
}
