import { paintAxes } from '../charts/plot'
import type { Plot } from '../charts/plot'
import { rangeOf } from '../charts/scale'
import type { Surface } from '../charts/surface'
import { formatBytes, formatMs, formatPercent } from '../format'
import { t } from '../i18n'
import { keepApart } from '../../shared/keepApart'
import type { Cost, Limits, ParetoPoint } from './pareto'

export interface ParetoPicture {
  readonly points: readonly ParetoPoint[]
  readonly limits: Limits
  readonly cost: Cost
  /** Title of the cost axis. */
  readonly costTitle: string
  readonly selected: readonly string[]
  readonly hovered: string | undefined
}

/** At most this many names fit next to their points. */
const mostNames = 14
const nameScale = 0.92
const radius = 4.5
/** Wider cost ranges use a logarithmic scale. */
const widestLinear = 20

/** Paints accuracy against a cost and returns the positions of the points. */
export function paintPareto(surface: Surface, picture: ParetoPicture): Plot {
  const { points, limits, cost } = picture
  const costs = [...points.map((point) => point.cost), ...(limits.cost === undefined ? [] : [limits.cost])]
  const log = costs.length > 1 && Math.max(...costs) / Math.min(...costs) > widestLinear
  const [xMin, xMax] = rangeOf(costs, { log, zero: !log, air: 0.12 })
  const [yMin, yMax] = rangeOf(
    [...points.flatMap(({ interval }) => interval), ...(limits.accuracy === undefined ? [] : [limits.accuracy])],
    { air: 0.12 },
  )
  const formatCost = cost === 'size' ? formatBytes : formatMs
  const plot = paintAxes(
    surface,
    { min: xMin, max: xMax, log, format: formatCost, title: picture.costTitle },
    { min: Math.max(0, yMin), max: Math.min(1.005, yMax), format: formatPercent, title: t('column.accuracy') },
  )
  surface.clipped(plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top, () => {
    paintLimits(surface, plot, picture, formatCost)
    paintFrontier(surface, plot, points)
    for (const point of points) paintPoint(surface, plot, point, picture)
  })
  if (points.length <= mostNames) paintNames(surface, plot, points)
  return plot
}

function paintLimits(
  surface: Surface,
  plot: Plot,
  { points, limits: { accuracy, cost } }: ParetoPicture,
  formatCost: (cost: number) => string,
): void {
  const { left, right, top, bottom, x, y } = plot
  const line = { color: '--warn', width: 1, dash: [4, 4] } as const
  if (accuracy !== undefined) {
    surface.path([left, right], [y.at(accuracy), y.at(accuracy)], line)
    const text = t('pareto.target', { value: formatPercent(accuracy) })
    // An interval behind the text would strike it through.
    const width = surface.textWidth(text, nameScale) + 8
    const isCrossed = points.some((point) => x.at(point.cost) > right - width && point.interval[0] < accuracy)
    surface.text(text, isCrossed ? left + 4 : right - 4, y.at(accuracy) + 2, {
      align: isCrossed ? 'left' : 'right',
      baseline: 'top',
      color: '--warn',
      scale: nameScale,
    })
  }
  if (cost === undefined) return
  surface.path([x.at(cost), x.at(cost)], [top, bottom], line)
  const onLeft = x.at(cost) > (left + right) / 2
  surface.text(t('pareto.target', { value: formatCost(cost) }), x.at(cost) + (onLeft ? -4 : 4), bottom - 2, {
    align: onLeft ? 'right' : 'left',
    baseline: 'bottom',
    color: '--warn',
    scale: 0.92,
  })
}

/** As steps: between two versions on the front, only the accuracy of the cheaper one is available. */
function paintFrontier(surface: Surface, { right, x, y }: Plot, points: readonly ParetoPoint[]): void {
  const frontier = points.filter(({ onFrontier }) => onFrontier)
  const xs = frontier.flatMap(({ cost }, index) => [
    x.at(cost),
    index + 1 < frontier.length ? x.at(frontier[index + 1]!.cost) : right,
  ])
  const ys = frontier.flatMap(({ accuracy }) => [y.at(accuracy), y.at(accuracy)])
  surface.path(xs, ys, { color: '--accent', width: 1.5, opacity: 0.55 })
}

function paintPoint(surface: Surface, { x, y }: Plot, point: ParetoPoint, { selected, hovered }: ParetoPicture): void {
  const color = point.isInt8 ? '--series-2' : '--series-1'
  const [left, top] = [x.at(point.cost), y.at(point.accuracy)]
  surface.path([left, left], [y.at(point.interval[0]), y.at(point.interval[1])], {
    color,
    width: 1.2,
    opacity: point.onFrontier ? 1 : 0.5,
  })
  if (selected.includes(point.id) || hovered === point.id)
    surface.circle(left, top, radius + 4, { stroke: { color: '--ink', width: 1.5 } })
  if (point.isInt8)
    surface.rect(left - radius, top - radius, 2 * radius, 2 * radius, {
      fill: { color, opacity: point.onFrontier ? 1 : 0.55 },
    })
  else surface.circle(left, top, radius + 0.5, { fill: { color, opacity: point.onFrontier ? 1 : 0.55 } })
}

interface Name {
  readonly text: string
  readonly left: number
  readonly width: number
  /** The center of its line. */
  readonly height: number
}

/** Names are placed above their points, towards the center; only overlapping ones are moved apart. */
function paintNames(surface: Surface, plot: Plot, points: readonly ParetoPoint[]): void {
  const names = points.map((point) => nameOf(surface, plot, point))
  for (const together of overlapping(names)) {
    const heights = keepApart(
      together.map(({ height }) => height),
      surface.fontSize * 1.15,
    )
    together.forEach(({ text, left, width }, index) => {
      // A line behind a name would strike it through.
      surface.rect(left, heights[index]! - surface.fontSize * 0.6, width, surface.fontSize * 1.2, {
        fill: { color: '--paper', opacity: 0.85 },
      })
      surface.text(text, left, heights[index]!, { align: 'left', color: '--ink', scale: nameScale })
    })
  }
}

function nameOf(surface: Surface, { left, right, x, y }: Plot, { name, cost, accuracy }: ParetoPoint): Name {
  const [at, width] = [x.at(cost), surface.textWidth(name, nameScale)]
  return {
    text: name,
    width,
    left: at > (left + right) / 2 ? at - 10 - width : at + 10,
    height: y.at(accuracy) - surface.fontSize,
  }
}

/** Groups of names whose columns overlap, directly or through others. */
function overlapping(names: readonly Name[]): readonly (readonly Name[])[] {
  const groups: Name[][] = []
  let end = -Infinity
  for (const name of [...names].sort((a, b) => a.left - b.left)) {
    if (name.left < end) groups[groups.length - 1]!.push(name)
    else groups.push([name])
    end = Math.max(end, name.left + name.width)
  }
  return groups
}
