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
  /** Title of the axis of costs. */
  readonly costTitle: string
  readonly selected: readonly string[]
  readonly hovered: string | undefined
}

/** So many names fit beside their points. */
const mostNames = 14
const nameScale = 0.92
const radius = 4.5
/** A range of costs wider than this is shown logarithmically. */
const widestLinear = 20

/** Paints accuracy against a cost, and answers where the points lie. */
export function paintPareto(surface: Surface, picture: ParetoPicture): Plot {
  const { points, limits, cost } = picture
  const costs = [...points.map((point) => point.cost), ...(limits.cost === undefined ? [] : [limits.cost])]
  const log = costs.length > 1 && Math.max(...costs) / Math.min(...costs) > widestLinear
  const [xMin, xMax] = rangeOf(costs, { log, zero: !log, air: 0.12 })
  const [yMin, yMax] = rangeOf([...points.flatMap(({ interval }) => interval), ...(limits.accuracy === undefined ? [] : [limits.accuracy])], { air: 0.12 })
  const plot = paintAxes(surface,
    { min: xMin, max: xMax, log, format: cost === 'size' ? formatBytes : formatMs, title: picture.costTitle },
    { min: Math.max(0, yMin), max: Math.min(1.005, yMax), format: formatPercent, title: t('column.accuracy') })
  surface.clipped(plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top, () => {
    paintLimits(surface, plot, limits)
    paintFrontier(surface, plot, points)
    for (const point of points) paintPoint(surface, plot, point, picture)
  })
  if (points.length <= mostNames) paintNames(surface, plot, points)
  return plot
}

function paintLimits(surface: Surface, { left, right, top, bottom, x, y }: Plot, { accuracy, cost }: Limits): void {
  const line = { color: '--warn', width: 1, dash: [4, 4] } as const
  if (accuracy !== undefined) {
    surface.path([left, right], [y.at(accuracy), y.at(accuracy)], line)
    surface.text(t('pareto.target', { value: formatPercent(accuracy) }), right - 4, y.at(accuracy) + 2, { align: 'right', baseline: 'top', color: '--warn', scale: 0.92 })
  }
  if (cost !== undefined) surface.path([x.at(cost), x.at(cost)], [top, bottom], line)
}

/** Steps: between two versions of the frontier only what the cheaper one reaches can be had. */
function paintFrontier(surface: Surface, { right, x, y }: Plot, points: readonly ParetoPoint[]): void {
  const frontier = points.filter(({ onFrontier }) => onFrontier)
  const xs = frontier.flatMap(({ cost }, index) => [x.at(cost), index + 1 < frontier.length ? x.at(frontier[index + 1].cost) : right])
  const ys = frontier.flatMap(({ accuracy }) => [y.at(accuracy), y.at(accuracy)])
  surface.path(xs, ys, { color: '--accent', width: 1.5, opacity: 0.55 })
}

function paintPoint(surface: Surface, { x, y }: Plot, point: ParetoPoint, { selected, hovered }: ParetoPicture): void {
  const color = point.isInt8 ? '--series-2' : '--series-1'
  const [left, top] = [x.at(point.cost), y.at(point.accuracy)]
  surface.path([left, left], [y.at(point.interval[0]), y.at(point.interval[1])], { color, width: 1.2, opacity: point.onFrontier ? 1 : 0.5 })
  if (selected.includes(point.id) || hovered === point.id) surface.circle(left, top, radius + 4, { stroke: { color: '--ink', width: 1.5 } })
  if (point.isInt8) surface.rect(left - radius, top - radius, 2 * radius, 2 * radius, { fill: { color, opacity: point.onFrontier ? 1 : 0.55 } })
  else surface.circle(left, top, radius + 0.5, { fill: { color, opacity: point.onFrontier ? 1 : 0.55 } })
}

function paintNames(surface: Surface, { left, right, x, y }: Plot, points: readonly ParetoPoint[]): void {
  const heights = keepApart(points.map(({ accuracy }) => y.at(accuracy) - surface.fontSize), surface.fontSize * 1.15)
  points.forEach((point, index) => {
    const at = x.at(point.cost)
    const onLeft = at > (left + right) / 2
    const [edge, width] = [at + (onLeft ? -10 : 10), surface.textWidth(point.name, nameScale)]
    // Lines that pass behind a name would strike it through.
    surface.rect(onLeft ? edge - width : edge, heights[index] - surface.fontSize * 0.6, width, surface.fontSize * 1.2, { fill: { color: '--paper', opacity: 0.85 } })
    surface.text(point.name, edge, heights[index], { align: onLeft ? 'right' : 'left', color: '--ink', scale: nameScale })
  })
}
