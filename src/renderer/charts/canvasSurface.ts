import { colorOf, fontFamily } from './palette'
import type { Fill, Paint, Stroke, Surface, TextStyle } from './surface'

/** Paints on a canvas whose context is already scaled to device pixels. */
export function canvasSurface(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  fontSize: number,
): Surface {
  const font = ({ scale = 1, bold = false }: TextStyle): string =>
    `${bold ? 600 : 400} ${fontSize * scale}px ${fontFamily}`
  const stroked = ({ color, width: lineWidth = 1.5, dash = [], opacity = 1 }: Stroke): void => {
    context.globalAlpha = opacity
    context.strokeStyle = colorOf(color)
    context.lineWidth = lineWidth
    context.lineJoin = 'round'
    context.setLineDash([...dash])
    context.stroke()
    context.globalAlpha = 1
  }
  const filled = ({ color, opacity = 1 }: Fill): void => {
    context.globalAlpha = opacity
    context.fillStyle = colorOf(color)
    context.fill()
    context.globalAlpha = 1
  }
  const painted = ({ fill, stroke }: Paint): void => {
    if (fill) filled(fill)
    if (stroke) stroked(stroke)
  }
  return {
    width,
    height,
    fontSize,
    path: (xs, ys, stroke) => (trace(context, xs, ys), stroked(stroke)),
    area: (xs, ys, fill) => (trace(context, xs, ys), context.closePath(), filled(fill)),
    rect: (x, y, w, h, paint) => (context.beginPath(), context.rect(x, y, w, h), painted(paint)),
    circle: (x, y, radius, paint) => (context.beginPath(), context.arc(x, y, radius, 0, 2 * Math.PI), painted(paint)),
    text: (text, x, y, style = {}) => {
      context.save()
      context.translate(x, y)
      if (style.turned) context.rotate(-Math.PI / 2)
      context.font = font(style)
      context.fillStyle = colorOf(style.color ?? '--ink-dim')
      context.textAlign = style.align ?? 'left'
      context.textBaseline = style.baseline ?? 'middle'
      context.fillText(text, 0, 0)
      context.restore()
    },
    textWidth: (text, scale = 1) => {
      context.font = font({ scale })
      return context.measureText(text).width
    },
    clipped: (x, y, w, h, draw) => {
      context.save()
      context.beginPath()
      context.rect(x, y, w, h)
      context.clip()
      draw()
      context.restore()
    },
  }
}

function trace(context: CanvasRenderingContext2D, xs: ArrayLike<number>, ys: ArrayLike<number>): void {
  context.beginPath()
  let pen = false
  for (let index = 0; index < xs.length; index++) {
    if (Number.isNaN(ys[index])) pen = false
    else if (pen) context.lineTo(xs[index]!, ys[index]!)
    else {
      context.moveTo(xs[index]!, ys[index]!)
      pen = true
    }
  }
}
