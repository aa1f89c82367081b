// Pictures of docs/theory.md, drawn by the program's own quantization and charts: node out/bench/theory.js
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRandom } from '../src/core/data/random'
import { gridOf } from '../src/core/fakeQuant/grid'
import type { Grid } from '../src/core/fakeQuant/grid'
import { tensorQParams } from '../src/core/fakeQuant/qparams'
import { fakeQuant } from '../src/core/fakeQuant/quantize'
import type { Range } from '../src/core/fakeQuant/range'
import { observers } from '../src/core/quantize/observers/index'
import { createCollector } from '../src/core/quantize/observers/collector'
import { activationStatistics, uniformBins } from '../src/core/quantize/observers/distribution'
import { quantizationError } from '../src/core/quantize/observers/quantizationError'
import { colorOf, lines } from '../src/node/report/charts'
import type { LineSeries } from '../src/node/report/charts'

const folder = 'docs/theory'
mkdirSync(folder, { recursive: true })

const steps = (from: number, to: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => from + ((to - from) * index) / (count - 1))
const series = (index: number, label: string, xs: readonly number[], y: (x: number) => number): LineSeries => ({
  label,
  color: colorOf(index),
  points: xs.map((x) => ({ x, y: y(x) })),
})
const short = (value: number): string => String(Number(value.toFixed(3)))

/** A chart of the report as a file of its own: white paper, dark ink, the legend inside. */
function picture(name: string, title: string, x: string, y: string, list: readonly LineSeries[], format = short): void {
  const text = lines(title, list, { label: x, format }, { label: y, format }).html
  const svg = text
    .slice(text.indexOf('<svg'), text.indexOf('</svg>'))
    .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="304" ')
    .replace('viewBox="0 0 640 280"', 'viewBox="0 -24 640 304"')
  const style =
    '<style>text{font:12px sans-serif;fill:#333}.grid{stroke:#ddd}.axis{stroke:#666}</style><rect x="0" y="-24" width="640" height="304" fill="#fff"/>'
  const legend = list
    .map(
      ({ label, color }, index) =>
        `<rect x="${70 + (index * 560) / list.length}" y="-17" width="12" height="4" fill="${color}"/><text x="${86 + (index * 560) / list.length}" y="-11">${label}</text>`,
    )
    .join('')
  const at = svg.indexOf('>') + 1
  writeFileSync(`${folder}/${name}.svg`, `${svg.slice(0, at)}${style}${svg.slice(at)}${legend}</svg>\n`)
}

const rounded =
  (range: Range, grid: Grid) =>
  (x: number): number =>
    fakeQuant(Float32Array.of(x), [1], tensorQParams(range, grid))[0]!
/** Four bits, so that the steps can be seen. */
const coarse = (scheme: Grid['scheme']): Grid => ({
  dtype: 'uint8',
  scheme,
  qmin: scheme === 'affine' ? 0 : 1,
  qmax: 15,
})
const xs = steps(-1.5, 4, 441)
picture(
  'schemes',
  'Symmetric and affine rounding with 4 bits of a range from -0.5 to 3',
  'x',
  'dequantize(quantize(x))',
  [
    series(0, 'affine: levels where the values are', xs, rounded({ min: -0.5, max: 3 }, coarse('affine'))),
    series(1, 'symmetric: zero in the middle', xs, rounded({ min: -0.5, max: 3 }, coarse('symmetric'))),
  ],
)

const slope = (x: number): number => (x >= -0.5 && x <= 3 ? 1 : 0)
picture('ste', 'fakeQuant and its straight-through gradient', 'x', '', [
  series(0, 'fakeQuant(x), 4 bits', xs, rounded({ min: -0.5, max: 3 }, coarse('affine'))),
  series(1, 'gradient: 1 inside the range', xs, slope),
])

const random = createRandom(1)
const collector = createCollector({ name: 'example', histogram: true })
for (let batch = 0; batch < 8; batch++)
  collector.observe(
    Float32Array.from({ length: 8192 }, () => Math.max(0, random.normal()) * (random.uniform() < 0.001 ? 6 : 1)),
  )
const statistics = activationStatistics(collector.statistics())
const bins = uniformBins(statistics.distribution(), statistics, 120)
const centres = steps(0, bins.counts.length - 1, bins.counts.length)
const uint8 = gridOf({ dtype: 'uint8', scheme: 'affine' })
const chosen = ['min-max', 'percentile', 'histogram', 'mse', 'entropy'].map((id) => ({
  id,
  max: observers.get(id).range(statistics, undefined, uint8).max,
}))
const tallest = Math.log10(1 + Math.max(...bins.counts))
picture(
  'observers',
  'Where the observers end the range of an activation with rare large values',
  'value',
  'log10 of the count',
  [
    {
      label: 'values seen',
      color: '#999999',
      points: centres.map((index) => ({
        x: bins.low + (index + 0.5) * bins.binWidth,
        y: Math.log10(1 + bins.counts[index]!),
      })),
    },
    ...chosen.map(({ id, max }, index) => ({
      label: id,
      color: colorOf(index),
      points: [
        { x: max, y: 0 },
        { x: max, y: tallest * (1 - 0.07 * index) },
      ],
    })),
  ],
)

const ends = steps(statistics.max / 50, statistics.max, 150)
const error =
  (bits: number) =>
  (end: number): number =>
    Math.log10(
      quantizationError(
        statistics.distribution(),
        { min: 0, max: end },
        { dtype: 'uint8', scheme: 'affine', qmin: 0, qmax: 2 ** bits - 1 },
        2,
      ) / statistics.count,
    )
picture(
  'error',
  'Squared error against where the range ends: clipping on the left, rounding on the right',
  'end of the range',
  'log10 of the mean squared error',
  [8, 6, 4].map((bits, index) => series(index, `${bits} bits`, ends, error(bits))),
)

console.log(
  `wrote ${folder}: ${chosen.map(({ id, max }) => `${id} ends at ${max.toFixed(2)}`).join(', ')} of ${statistics.max.toFixed(2)}`,
)
