import { cropped, sameSize } from '../image'
import type { RgbImage, Size, Window } from '../image'
import { horizontalPass, verticalPass } from './passes'
import { cachedTable } from './table'
import type { ResampleTable } from './table'

/** A part of the source in its pixels, edges included as fractions: Pillow's `box`. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/**
 * Antialiased bilinear resizing, bit for bit that of Pillow (`image.resize((width, height), BILINEAR, box)`): two passes, columns first,
 * 22-bit weights, 8-bit rounding between the passes.
 */
export function resizeBilinear(image: RgbImage, width: number, height: number, box?: Box): RgbImage {
  return resizeWindow(image, { width, height }, { left: 0, top: 0, width, height }, box)
}

/** The pixels of `window` (inside the resized picture) of an image resized to `size`, without computing the others. */
export function resizeWindow(
  image: RgbImage,
  size: Size,
  window: Window,
  box: Box = { left: 0, top: 0, right: image.width, bottom: image.height },
): RgbImage {
  if (isWhole(image, box) && sameSize(image, size)) return cropped(image, window)
  const columns = cachedTable(image.width, box.left, box.right, size.width)
  const rows = cachedTable(image.height, box.top, box.bottom, size.height)
  const { first, last } = rowsRead(rows, window)
  const wide = horizontalPass(image, columns, window.left, window.width, first, last - first)
  return verticalPass(wide, rows, window.top, window.height, first)
}

const isWhole = (image: RgbImage, box: Box): boolean =>
  box.left === 0 && box.top === 0 && box.right === image.width && box.bottom === image.height

function rowsRead(rows: ResampleTable, window: Window): { readonly first: number; readonly last: number } {
  const lastRow = window.top + window.height - 1
  return { first: rows.start[window.top]!, last: rows.start[lastRow]! + rows.count[lastRow]! }
}
