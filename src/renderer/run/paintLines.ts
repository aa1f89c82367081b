import { paintAxes } from '../charts/plot'
import type { Plot } from '../charts/plot'
import type { TickKind } from '../charts/scale'
import { seriesColor, seriesDash } from '../charts/surface'
import type { Surface } from '../charts/surface'
import { firstAtLeast } from './series'
import type { Range } from './view'

/** One curve with its columns; `line` is drawn in full strength: the values or their smoothed version. */
export interface Line {
  readonly label: string
  readonly color: number
  readonly dash: number
  readonly xs: Float64Array
  readonly min: Float32Array
  readonly max: Float32Array
  readonly mean: Float32Array
  readonly line: Float32Array
  readonly isSmoothed: boolean
}

export interface LinesPicture {
  readonly lines: readonly Line[]
  readonly window: Range
  readonly cursor: number | undefined
  readonly log: boolean
  readonly isShare: boolean
  readonly xKind: TickKind
  readonly xTitle: string
  readonly formatX: (value: number) => string
  readonly format: (value: number) => string
}

/** Indices of the points in a window, plus one on either side. */
function visible({ xs }: Line, { from, to }: Range): readonly [number, number] {
  return [Math.max(0, firstAtLeast(xs, from) - 1), Math.min(xs.length, firstAtLeast(xs, to, true) + 1)]
}

/** The range of visible values plus a margin. Faint peaks behind a smoothed line do not flatten it. */
function valueRange({ lines, window, log, isShare }: LinesPicture): readonly [number, number] {
  // Leave a margin above 100%, or the line of a busy CPU would lie on the edge.
  if (isShare) return [0, 1.04]
  let [low, high] = [Infinity, -Infinity]
  for (const line of lines) {
    const [first, end] = visible(line, window)
    const [mins, maxs] = line.isSmoothed ? [line.mean, line.mean] : [line.min, line.max]
    for (let index = first; index < end; index++) {
      if (mins[index]! < low && (!log || mins[index]! > 0)) low = mins[index]!
      if (maxs[index]! > high) high = maxs[index]!
    }
  }
  if (!(low <= high)) return log ? [0.1, 1] : [0, 1]
  if (log) return low === high ? [low / 2, high * 2] : [low / (high / low) ** 0.05, high * (high / low) ** 0.05]
  const room = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * 0.06
  return [low >= 0 && low - room < 0 ? 0 : low - room, high + room]
}

export function paintLines(surface: Surface, picture: LinesPicture): Plot {
  const { lines, window, log } = picture
  const [min, max] = valueRange(picture)
  const plot = paintAxes(
    surface,
    { min: window.from, max: window.to, format: picture.formatX, kind: picture.xKind, title: picture.xTitle },
    { min, max, log, format: picture.format },
  )
  surface.clipped(plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top, () => {
    for (const line of lines) paintLine(surface, plot, line, window)
    if (picture.cursor !== undefined) paintCursor(surface, plot, lines, picture.cursor)
  })
  return plot
}

/** A single point would not be visible as a line. */
const fewPoints = 40

function paintLine(surface: Surface, { x, y }: Plot, line: Line, window: Range): void {
  const [first, end] = visible(line, window)
  const color = seriesColor(line.color)
  const at = (value: number): number => (y.log && value <= 0 ? NaN : y.at(value))
  const present: number[] = []
  for (let index = first; index < end; index++) if (!Number.isNaN(line.mean[index])) present.push(index)
  const xs = present.map((index) => x.at(line.xs[index]!))
  if (present.some((index) => line.min[index] !== line.max[index])) {
    const edges = [
      ...present.map((index) => at(line.max[index]!)),
      ...present.map((index) => at(line.min[index]!)).reverse(),
    ]
    surface.area([...xs, ...[...xs].reverse()], edges, { color, opacity: line.isSmoothed ? 0.1 : 0.2 })
  }
  const dash = seriesDash(line.dash)
  if (line.isSmoothed)
    surface.path(
      xs,
      present.map((index) => at(line.mean[index]!)),
      { color, width: 1, opacity: 0.3, dash },
    )
  surface.path(
    xs,
    present.map((index) => at(line.line[index]!)),
    { color, width: 1.8, dash },
  )
  if (present.length <= fewPoints)
    for (const [place, index] of present.entries())
      surface.circle(xs[place]!, at(line.line[index]!), 2.2, { fill: { color } })
}

function paintCursor(surface: Surface, { x, y, top, bottom }: Plot, lines: readonly Line[], cursor: number): void {
  surface.path([x.at(cursor), x.at(cursor)], [top, bottom], { color: '--ink-dim', width: 1, dash: [3, 3] })
  for (const line of lines) {
    const index = nearestIndex(line, cursor)
    if (index !== undefined)
      surface.circle(x.at(line.xs[index]!), y.at(line.line[index]!), 3.5, {
        fill: { color: seriesColor(line.color) },
        stroke: { color: '--paper', width: 1.5 },
      })
  }
}

/** The point with a value nearest to an X position. */
export function nearestIndex({ xs, mean }: Line, at: number): number | undefined {
  const start = firstAtLeast(xs, at)
  let [left, right] = [start - 1, start]
  while (left >= 0 && Number.isNaN(mean[left])) left--
  while (right < xs.length && Number.isNaN(mean[right])) right++
  const [hasLeft, hasRight] = [left >= 0, right < xs.length]
  if (!hasLeft && !hasRight) return undefined
  if (!hasLeft || !hasRight) return hasLeft ? left : right
  return at - xs[left]! <= xs[right]! - at ? left : right
}
