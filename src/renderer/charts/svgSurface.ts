import { fontFamily } from './palette'
import type { Color, Fill, Paint, Stroke, Surface, TextStyle } from './surface'

export interface SvgSurface extends Surface {
  /** The complete file. */
  svg(): string
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (text: string): string => text.replace(/[&<>"]/g, (letter) => entities[letter]!)
const places = (value: number): string => String(Math.round(value * 100) / 100)

export interface SvgOptions {
  readonly width: number
  readonly height: number
  readonly fontSize: number
  readonly title: string
  readonly colorOf: (color: Color) => string
  /** Width of a text in pixels, as the browser would render it. */
  readonly measure: (text: string, fontSize: number) => number
}

/** Writes the same drawing as a scalable image: text stays text, and colors are those of the theme. */
export function svgSurface({ width, height, fontSize, title, colorOf, measure }: SvgOptions): SvgSurface {
  const parts: string[] = []
  let clips = 0
  const fillOf = (fill: Fill | undefined): string =>
    fill ? `fill="${colorOf(fill.color)}" fill-opacity="${fill.opacity ?? 1}"` : 'fill="none"'
  const strokeOf = (stroke: Stroke | undefined): string =>
    stroke
      ? ` stroke="${colorOf(stroke.color)}" stroke-width="${stroke.width ?? 1.5}" stroke-opacity="${stroke.opacity ?? 1}" stroke-linejoin="round"${stroke.dash?.length ? ` stroke-dasharray="${stroke.dash.join(' ')}"` : ''}`
      : ''
  const paintOf = ({ fill, stroke }: Paint): string => fillOf(fill) + strokeOf(stroke)
  return {
    width,
    height,
    fontSize,
    path: (xs, ys, stroke) => void parts.push(`<path d="${pathData(xs, ys)}" fill="none"${strokeOf(stroke)}/>`),
    area: (xs, ys, fill) => void parts.push(`<path d="${pathData(xs, ys)}Z" ${fillOf(fill)}/>`),
    rect: (x, y, w, h, paint) =>
      void parts.push(
        `<rect x="${places(w < 0 ? x + w : x)}" y="${places(h < 0 ? y + h : y)}" width="${places(Math.abs(w))}" height="${places(Math.abs(h))}" ${paintOf(paint)}/>`,
      ),
    circle: (x, y, radius, paint) =>
      void parts.push(`<circle cx="${places(x)}" cy="${places(y)}" r="${places(radius)}" ${paintOf(paint)}/>`),
    text: (text, x, y, style = {}) => void parts.push(textElement(text, x, y, style, fontSize, colorOf)),
    textWidth: (text, scale = 1) => measure(text, fontSize * scale),
    clipped: (x, y, w, h, draw) => {
      const id = `clip-${clips++}`
      parts.push(
        `<clipPath id="${id}"><rect x="${places(x)}" y="${places(y)}" width="${places(w)}" height="${places(h)}"/></clipPath><g clip-path="url(#${id})">`,
      )
      draw()
      parts.push('</g>')
    },
    svg: () =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escape(fontFamily)}"><title>${escape(title)}</title><rect width="100%" height="100%" fill="${colorOf('--paper')}"/>${parts.join('')}</svg>\n`,
  }
}

function pathData(xs: ArrayLike<number>, ys: ArrayLike<number>): string {
  let data = ''
  let pen = false
  for (let index = 0; index < xs.length; index++) {
    if (Number.isNaN(ys[index])) {
      pen = false
      continue
    }
    data += `${pen ? 'L' : 'M'}${places(xs[index]!)} ${places(ys[index]!)}`
    pen = true
  }
  return data
}

const anchors = { left: 'start', center: 'middle', right: 'end' } as const
const baselines = { top: 'text-before-edge', middle: 'central', bottom: 'text-after-edge' } as const

function textElement(
  text: string,
  x: number,
  y: number,
  style: TextStyle,
  fontSize: number,
  colorOf: SvgOptions['colorOf'],
): string {
  const turn = style.turned ? ` transform="rotate(-90 ${places(x)} ${places(y)})"` : ''
  return `<text x="${places(x)}" y="${places(y)}"${turn} font-size="${places(fontSize * (style.scale ?? 1))}"${style.bold ? ' font-weight="600"' : ''} text-anchor="${anchors[style.align ?? 'left']}" dominant-baseline="${baselines[style.baseline ?? 'middle']}" fill="${colorOf(style.color ?? '--ink-dim')}">${escape(text)}</text>`
}
