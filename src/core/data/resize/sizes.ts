import type { Size, Window } from '../image'

/** The size at which the shorter side has `shortSide` pixels; the longer one is cut to a whole pixel (torchvision `Resize(int)`). */
export function shortSideSize({ width, height }: Size, shortSide: number): Size {
  const long = Math.trunc((shortSide * Math.max(width, height)) / Math.min(width, height))
  return width <= height ? { width: shortSide, height: long } : { width: long, height: shortSide }
}

/** Python's `round`: halves go to the even neighbour. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

const centered = (outer: number, inner: number): number =>
  inner > outer ? -Math.floor((inner - outer) / 2) : roundHalfToEven((outer - inner) / 2)

/** The middle of a picture (torchvision `CenterCrop`); a crop larger than the picture starts at negative pixels. */
export const centerWindow = (size: Size, crop: Size): Window => ({
  left: centered(size.width, crop.width),
  top: centered(size.height, crop.height),
  ...crop,
})
