import { CategoryScale, Chart, Filler, Legend, LinearScale, LineController, LineElement, PointElement, ScatterController, Tooltip } from 'chart.js'

Chart.register(CategoryScale, Filler, Legend, LinearScale, LineController, LineElement, PointElement, ScatterController, Tooltip)
Chart.defaults.animation = false
Chart.defaults.maintainAspectRatio = false

export { Chart }

/** A design token's value now, for the canvas. */
export const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

export const seriesColor = (index: number): string => token(`--series-${(index % 4) + 1}`)

/** Axes in the colours of the theme. */
export function axis(title: string, format: (value: number) => string, whole = false): object {
  const [ink, line] = [token('--ink-dim'), token('--line')]
  return { type: 'linear', title: { display: true, text: title, color: ink }, ticks: { color: ink, ...(whole && { precision: 0 }), callback: (value: string | number) => format(Number(value)) }, grid: { color: line } }
}
