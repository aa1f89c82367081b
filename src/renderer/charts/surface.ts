/** A design token such as `--ink`. */
export type Color = `--${string}`

export interface Stroke {
  readonly color: Color
  /** Pixels; 1.5 when left out. */
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
  /** Against the surface's own text size; 1 when left out. */
  readonly scale?: number
  readonly bold?: boolean
  /** Read from bottom to top. */
  readonly turned?: boolean
}

export interface Paint {
  readonly fill?: Fill
  readonly stroke?: Stroke
}

/** What a chart is painted on: the canvas of the page and the SVG file that is saved alike. Pixels, from the upper left. */
export interface Surface {
  readonly width: number
  readonly height: number
  /** Height of ordinary text, in pixels. */
  readonly fontSize: number
  /** A line through points; NaN interrupts it. */
  path(xs: ArrayLike<number>, ys: ArrayLike<number>, stroke: Stroke): void
  area(xs: ArrayLike<number>, ys: ArrayLike<number>, fill: Fill): void
  rect(x: number, y: number, width: number, height: number, paint: Paint): void
  circle(x: number, y: number, radius: number, paint: Paint): void
  text(text: string, x: number, y: number, style?: TextStyle): void
  textWidth(text: string, scale?: number): number
  /** Draws with nothing visible outside the rectangle. */
  clipped(x: number, y: number, width: number, height: number, draw: () => void): void
}

export const seriesCount = 6
/** Colours of series, told apart with every common colour blindness (Okabe and Ito, 2008). */
export const seriesColor = (index: number): Color => `--series-${(index % seriesCount) + 1}`
/** A second mark beside the colour: every next round of colours is dashed in another way. */
export const seriesDash = (index: number): readonly number[] =>
  [[], [6, 3], [2, 3], [10, 3, 2, 3]][Math.floor(index / 2) % 4]!
