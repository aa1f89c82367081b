export const channels = 3

/** An 8-bit RGB picture; `data` is height × width × 3, row by row. */
export interface RgbImage {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** A rectangle of whole pixels; it may reach outside the image, where a reader says so. */
export interface Window extends Size {
  readonly left: number
  readonly top: number
}

export const sameSize = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height

/** Copies a window out of an image; what lies outside the image gets `fill` (0..255) in every channel. */
export function cropped(image: RgbImage, window: Window, fill = 0): RgbImage {
  const data = new Uint8Array(window.width * window.height * channels)
  const left = Math.max(0, window.left)
  const right = Math.min(image.width, window.left + window.width)
  const isInside =
    window.left >= 0 &&
    window.top >= 0 &&
    right === window.left + window.width &&
    window.top + window.height <= image.height
  if (fill !== 0 && !isInside) data.fill(fill)
  for (let row = 0; row < window.height; row++) {
    const y = window.top + row
    if (y < 0 || y >= image.height || right <= left) continue
    const source = image.data.subarray((y * image.width + left) * channels, (y * image.width + right) * channels)
    data.set(source, (row * window.width + left - window.left) * channels)
  }
  return { width: window.width, height: window.height, data }
}
