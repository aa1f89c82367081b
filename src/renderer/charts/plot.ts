import { formatPercent, formatPercentIn } from '../format'
import { createScale, ticksOf } from './scale'
import type { Scale, TickKind } from './scale'
import type { Surface } from './surface'

export interface AxisOptions {
  readonly min: number
  readonly max: number
  readonly log?: boolean
  readonly title?: string
  readonly kind?: TickKind
  readonly format: (value: number) => string
}

/** The plot area inside the axes, with its scales. */
export interface Plot {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly x: Scale
  readonly y: Scale
}

const gap = 6
const pixelsPerXTick = 80
const pixelsPerYTick = 36

/** Paints grid, ticks and titles, and returns the plot area. */
export function paintAxes(surface: Surface, xAxis: AxisOptions, yAxis: AxisOptions): Plot {
  const { width, height, fontSize } = surface
  const line = fontSize * 1.3
  const top = fontSize * 0.7
  const bottom = height - line - gap - (xAxis.title ? line : 0)
  const y = createScale(yAxis.min, yAxis.max, bottom, top, yAxis.log)
  const yTicks = labelled(ticksOf(y, Math.max(2, (bottom - top) / pixelsPerYTick), yAxis.kind), yAxis.format)
  const labels = Math.max(0, ...yTicks.map(({ text }) => surface.textWidth(text)))
  const left = (yAxis.title ? line : 0) + labels + 2 * gap
  const right = width - 2 * gap
  const x = createScale(xAxis.min, xAxis.max, left, right, xAxis.log)
  const plot: Plot = { left, top, right, bottom, x, y }
  for (const { value, text } of yTicks) {
    surface.path([left, right], [crisp(y.at(value)), crisp(y.at(value))], { color: '--grid', width: 1 })
    surface.text(text, left - gap, y.at(value), { align: 'right' })
  }
  paintXTicks(surface, plot, xAxis)
  if (xAxis.title) surface.text(xAxis.title, (left + right) / 2, height - line / 2, { align: 'center' })
  if (yAxis.title) surface.text(yAxis.title, line / 2, (top + bottom) / 2, { align: 'center', turned: true })
  return plot
}

/** Ticks may be closer together than their format can show; percentages then get more digits. */
function labelled(
  values: readonly number[],
  format: (value: number) => string,
): readonly { readonly value: number; readonly text: string }[] {
  const step = values.length > 1 ? values[1]! - values[0]! : Infinity
  const exact = format === formatPercent ? formatPercentIn(step) : format
  return values.map((value) => ({ value, text: exact(value) }))
}

/** Drops labels that would overlap and keeps the outermost ones inside the chart. */
function paintXTicks(surface: Surface, { left, right, top, bottom, x }: Plot, { format, kind }: AxisOptions): void {
  let free = -Infinity
  for (const value of ticksOf(x, Math.max(2, (right - left) / pixelsPerXTick), kind)) {
    const text = format(value)
    const half = surface.textWidth(text) / 2
    const at = x.at(value)
    surface.path([crisp(at), crisp(at)], [top, bottom], { color: '--grid', width: 1 })
    const middle = Math.min(at, surface.width - half - 1)
    if (middle - half < free) continue
    surface.text(text, middle, bottom + gap, { align: 'center', baseline: 'top' })
    free = middle + half + gap
  }
}

/** Aligns one-pixel lines to the pixel grid. */
const crisp = (value: number): number => Math.round(value) + 0.5
