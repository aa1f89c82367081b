import { rootFontSize } from '../composables/textScale'
import type { Color } from './surface'

let theme: string | undefined
let colors = new Map<Color, string>()

/** The value of a token in the current theme, cached per theme because charts read it on every frame. */
export function colorOf(color: Color): string {
  const shown = document.documentElement.dataset.theme
  if (shown !== theme) [theme, colors] = [shown, new Map()]
  const known = colors.get(color)
  if (known !== undefined) return known
  const value = getComputedStyle(document.documentElement).getPropertyValue(color).trim()
  colors.set(color, value)
  return value
}

/** Chart text scales with the page's text size. */
export const chartFontSize = (): number => rootFontSize() * 0.84

export const fontFamily = "system-ui, -apple-system, 'Segoe UI', sans-serif"
