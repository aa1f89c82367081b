import { saveFile } from '../transport/saveFile'
import { canvasSurface } from './canvasSurface'
import { chartFontSize, colorOf, fontFamily } from './palette'
import type { Surface } from './surface'
import { svgSurface } from './svgSurface'
import { toCsv, toJson } from './table'
import type { ChartTable } from './table'

/** A chart on the screen, as needed to save it. */
export interface SavedChart {
  readonly title: string
  readonly width: number
  readonly height: number
  readonly paint: (surface: Surface) => void
  readonly table: () => ChartTable
}

export const chartFormats = ['png', 'svg', 'csv', 'json'] as const
export type ChartFormat = (typeof chartFormats)[number]

const types: Readonly<Record<ChartFormat, string>> = {
  png: 'image/png',
  svg: 'image/svg+xml',
  csv: 'text/csv',
  json: 'application/json',
}
/** PNG pixels per CSS pixel. */
const pngScale = 2

const fileNameOf = ({ title }: Pick<SavedChart, 'title'>, format: ChartFormat): string =>
  `${
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '') || 'chart'
  }.${format}`

async function chartBytes(chart: SavedChart, format: ChartFormat): Promise<Uint8Array<ArrayBuffer>> {
  if (format === 'png') return pngOf(chart)
  const text =
    format === 'svg' ? svgOf(chart) : format === 'csv' ? toCsv(chart.table()) : toJson(chart.title, chart.table())
  return new TextEncoder().encode(text)
}

export async function saveChart(chart: SavedChart, format: ChartFormat): Promise<void> {
  saveFile(fileNameOf(chart, format), types[format], [await chartBytes(chart, format)])
}

function svgOf({ title, width, height, paint }: SavedChart): string {
  const context = contextOf(document.createElement('canvas'))
  const surface = svgSurface({
    title,
    width,
    height,
    fontSize: chartFontSize(),
    colorOf,
    measure: (text, size) => ((context.font = `400 ${size}px ${fontFamily}`), context.measureText(text).width),
  })
  paint(surface)
  return surface.svg()
}

async function pngOf({ width, height, paint }: SavedChart): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = Object.assign(document.createElement('canvas'), { width: width * pngScale, height: height * pngScale })
  const context = contextOf(canvas)
  context.scale(pngScale, pngScale)
  const surface = canvasSurface(context, width, height, chartFontSize())
  surface.rect(0, 0, width, height, { fill: { color: '--paper' } })
  paint(surface)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (!blob) throw new Error(`could not create an image of ${canvas.width} × ${canvas.height} pixels`)
  return new Uint8Array(await blob.arrayBuffer())
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d')
  if (!context) throw new Error('this browser does not support canvas drawing')
  return context
}

/** Charts on the screen now, in the order they appeared. */
export const shownCharts = new Set<() => SavedChart>()

/** Every chart on the screen, in every format, as one zip file. */
export async function saveAllCharts(name: string): Promise<number> {
  const { zipSync } = await import('fflate')
  const charts = [...shownCharts].map((chart) => chart())
  const entries = await Promise.all(
    charts.flatMap((chart, index) =>
      chartFormats.map(
        async (format) =>
          [
            `${String(index + 1).padStart(2, '0')}-${fileNameOf(chart, format)}`,
            await chartBytes(chart, format),
          ] as const,
      ),
    ),
  )
  saveFile(`${name}.zip`, 'application/zip', [zipSync(Object.fromEntries(entries)) as Uint8Array<ArrayBuffer>])
  return charts.length
}
