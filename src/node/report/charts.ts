import { keepApart } from '../../shared/keepApart'
import { html } from './html'
import type { Html } from './html'

/** Colours that differ in lightness too, so that they stay apart in grey and for colour-blind readers (Okabe and Ito, 2008). */
const palette = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'] as const

export const colorOf = (index: number): string => palette[index % palette.length]!

interface Scale {
  readonly ticks: readonly number[]
  position(value: number): number
}

const width = 640
const height = 280
const margin = { left: 64, right: 40, top: 14, bottom: 44 } as const
const tickCount = 5

/** Round tick values over a range, and where a value lies between two pixel positions. */
function scale(values: readonly number[], from: number, to: number): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const raw = Math.max(high - low, Math.abs(high) * 0.02, 1e-6) / (tickCount - 1)
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw) ?? raw
  const first = Math.floor(low / step)
  const last = Math.max(first + 1, Math.ceil(high / step))
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step)
  return { ticks, position: (value) => from + ((value - first * step) / ((last - first) * step)) * (to - from) }
}

export interface Axis {
  readonly label: string
  format(value: number): string
}

export interface ScatterPoint {
  readonly label: string
  readonly x: number
  readonly y: number
  readonly yInterval?: readonly number[]
  readonly color: string
}

export interface LineSeries {
  readonly label: string
  readonly color: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

function frame(title: string, x: Scale, y: Scale, xAxis: Axis, yAxis: Axis, content: readonly Html[]): Html {
  const [right, bottom] = [width - margin.right, height - margin.bottom]
  const rows = y.ticks.map(
    (tick) =>
      html`<line
          class="grid"
          x1="${margin.left}"
          x2="${right}"
          y1="${y.position(tick)}"
          y2="${y.position(tick)}"
        /><text class="tick" x="${margin.left - 8}" y="${y.position(tick) + 4}" text-anchor="end"
          >${yAxis.format(tick)}</text
        >`,
  )
  const columns = x.ticks.map(
    (tick) =>
      html`<text class="tick" x="${x.position(tick)}" y="${bottom + 18}" text-anchor="middle"
        >${xAxis.format(tick)}</text
      >`,
  )
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
    ${rows}
    <line class="axis" x1="${margin.left}" x2="${right}" y1="${bottom}" y2="${bottom}" />
    ${columns}
    <text class="label" x="${(margin.left + right) / 2}" y="${height - 6}" text-anchor="middle">${xAxis.label}</text>
    <text class="label" transform="translate(14 ${(margin.top + bottom) / 2}) rotate(-90)" text-anchor="middle">
      ${yAxis.label}
    </text>
    ${content}
  </svg>`
}

const labelAbove = 7
const labelHeight = 14

/** Points with their intervals as whiskers. */
export function scatter(title: string, points: readonly ScatterPoint[], xAxis: Axis, yAxis: Axis): Html {
  const x = scale([0, ...points.map((point) => point.x)], margin.left, width - margin.right)
  const y = scale(
    points.flatMap((point) => [point.y, ...(point.yInterval ?? [])]),
    height - margin.bottom,
    margin.top,
  )
  const labelYs = keepApart(
    points.map((point) => y.position(point.y) - labelAbove),
    labelHeight,
  )
  const marks = points.map(({ label, x: atX, y: atY, yInterval, color }, index) => {
    const [cx, cy] = [x.position(atX), y.position(atY)]
    const whisker = yInterval
      ? html`<line
          stroke="${color}"
          x1="${cx}"
          x2="${cx}"
          y1="${y.position(yInterval[0]!)}"
          y2="${y.position(yInterval[1]!)}"
        />`
      : html``
    const anchor = cx > width * 0.7 ? 'end' : 'start'
    return html`<g
      >${whisker}<circle cx="${cx}" cy="${cy}" r="5" fill="${color}"
        ><title>${label}: ${xAxis.format(atX)}, ${yAxis.format(atY)}</title></circle
      ><text class="mark" x="${cx + (anchor === 'end' ? -9 : 9)}" y="${labelYs[index]!}" text-anchor="${anchor}"
        >${label}</text
      ></g
    >`
  })
  return frame(title, x, y, xAxis, yAxis, marks)
}

/** Series over a common axis, with a legend. */
export function lines(title: string, series: readonly LineSeries[], xAxis: Axis, yAxis: Axis): Html {
  const all = series.flatMap(({ points }) => points)
  const x = scale(
    all.map((point) => point.x),
    margin.left,
    width - margin.right,
  )
  const y = scale(
    all.map((point) => point.y),
    height - margin.bottom,
    margin.top,
  )
  const paths = series.map(
    ({ label, color, points }, index) =>
      html`<polyline
        fill="none"
        stroke="${color}"
        stroke-width="2"
        ${index % 2 ? html`stroke-dasharray="6 3"` : html``}
        points="${points.map((point) => `${x.position(point.x).toFixed(1)},${y.position(point.y).toFixed(1)}`).join(' ')}"
        ><title>${label}</title></polyline
      >`,
  )
  return html`${frame(title, x, y, xAxis, yAxis, paths)}
    <p class="legend">
      ${series.map(({ label, color }) => html`<span><i style="background:${color}"></i>${label}</span>`)}
    </p>`
}

export interface Bar {
  readonly label: string
  /** One a series, 0..1. */
  readonly shares: readonly number[]
}

/** Horizontal bars of shares, grouped by label. */
export function bars(rows: readonly Bar[], colors: readonly string[], format: (share: number) => string): Html {
  return html`<div class="bars">
    ${rows.map(
      ({ label, shares }) =>
        html`<div class="bar">
          <span>${label}</span>
          <div>
            ${shares.map(
              (share, index) =>
                html`<div class="measure">
                  <div class="track">
                    <i style="width:${(share * 100).toFixed(1)}%;background:${colors[index]!}"></i>
                  </div>
                  <b>${format(share)}</b>
                </div>`,
            )}
          </div>
        </div>`,
    )}
  </div>`
}
