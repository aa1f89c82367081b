import { rootFontSize } from '../composables/textScale'
import type { Color } from './surface'

let theme: string | undefined
let colors = new Map<Color, string>()

/** A token's value in the theme that is shown; looked up once a theme, since charts ask for it every frame. */
export function colorOf(color: Color): string {
  const shown = document.documentElement.dataset.theme
  if (shown !== theme) [theme, colors] = [shown, new Map()]
  const known = colors.get(color)
  if (known !== undefined) return known
  const value = getComputedStyle(document.documentElement).getPropertyValue(color).trim()
  colors.set(color, value)
  return value
}

/** Text of charts follows the size of the page's text. */
export const chartFontSize = (): number => rootFontSize() * 0.84

export const fontFamily = "system-ui, -apple-system, 'Segoe UI', sans-serif"
