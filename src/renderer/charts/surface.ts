/** A design token such as `--ink`. */
export type Color = `--${string}`

export interface Stroke {
  readonly color: Color
  /** In pixels; 1.5 by default. */
  readonly width?: number
  readonly dash?: readonly number[]
  /** 0..1. */
  readonly opacity?: number
}

export interface Fill {
  readonly color: Color
  /** 0..1. */
  readonly opacity?: number
}

export interface TextStyle {
  readonly color?: Color
  readonly align?: 'left' | 'center' | 'right'
  readonly baseline?: 'top' | 'middle' | 'bottom'
  /** Relative to the surface's text size; 1 by default. */
  readonly scale?: number
  readonly bold?: boolean
  /** Reads from bottom to top. */
  readonly turned?: boolean
}

export interface Paint {
  readonly fill?: Fill
  readonly stroke?: Stroke
}

/** What charts paint on: the canvas on the page or an SVG file. Units are pixels from the top left. */
export interface Surface {
  readonly width: number
  readonly height: number
  /** Height of normal text, in pixels. */
  readonly fontSize: number
  /** A line through points; NaN breaks it. */
  path(xs: ArrayLike<number>, ys: ArrayLike<number>, stroke: Stroke): void
  area(xs: ArrayLike<number>, ys: ArrayLike<number>, fill: Fill): void
  rect(x: number, y: number, width: number, height: number, paint: Paint): void
  circle(x: number, y: number, radius: number, paint: Paint): void
  text(text: string, x: number, y: number, style?: TextStyle): void
  textWidth(text: string, scale?: number): number
  /** Clips drawing to the rectangle. */
  clipped(x: number, y: number, width: number, height: number, draw: () => void): void
}

const seriesCount = 6
/** Series colors that remain distinct with common color vision deficiencies (Okabe and Ito, 2008). */
export const seriesColor = (index: number): Color => `--series-${(index % seriesCount) + 1}`
/** A second cue besides color: each further round through the colors uses another dash pattern. */
export const seriesDash = (index: number): readonly number[] =>
  [[], [6, 3], [2, 3], [10, 3, 2, 3]][Math.floor(index / 2) % 4]!
