import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { html } from '../../src/node/report/html'
import type { Html } from '../../src/node/report/html'
import { svgFile } from '../../src/node/report/svgFile'
import { colorOf } from '../../src/node/report/charts'
import type { Row } from './ratio'

const bar = { left: 200, width: 380, height: 18, gap: 12, top: 16, axis: 40 } as const
const GIBI = 2 ** 30

const nameOf = ({ backend, resolution, batch }: Row): string =>
  `${backend}, ${resolution}×${resolution}, batch ${batch}`

/** The ratios as bars with their intervals, and a line where both are equally fast. */
function ratioChart(rows: readonly Row[]): Html {
  const most = Math.max(1.25, ...rows.map(({ ratioInterval }) => ratioInterval[1]))
  const x = (ratio: number): number => bar.left + (Math.min(ratio, most) / most) * bar.width
  const bottom = bar.top + rows.length * (bar.height + bar.gap)
  const ids = [...new Set(rows.map(({ backend }) => backend))]
  const bars = rows.map((row, index) => {
    const top = bar.top + index * (bar.height + bar.gap)
    const [middle, [low, high]] = [top + bar.height / 2, row.ratioInterval]
    return html`<text x="${bar.left - 8}" y="${middle + 4}" text-anchor="end">${nameOf(row)}</text
      ><rect
        x="${bar.left}"
        y="${top}"
        width="${x(row.ratio) - bar.left}"
        height="${bar.height}"
        fill="${colorOf(ids.indexOf(row.backend))}"
      /><line class="axis" x1="${x(low)}" x2="${x(high)}" y1="${middle}" y2="${middle}" /><text
        class="mark"
        x="${x(high) + 6}"
        y="${middle + 4}"
        >${row.ratio.toFixed(2)}</text
      >`
  })
  const ticks = [0, 0.5, 1, 1.5, 2]
    .filter((tick) => tick <= most)
    .map(
      (tick) =>
        html`<text class="tick" x="${x(tick)}" y="${bottom + 14}" text-anchor="middle">${tick.toFixed(1)}</text>`,
    )
  return html`<svg
    viewBox="0 0 ${bar.left + bar.width + 60} ${bottom + bar.axis}"
    role="img"
    aria-label="Training speed as a multiple of PyTorch's"
  >
    <line class="axis" x1="${x(1)}" x2="${x(1)}" y1="${bar.top - 8}" y2="${bottom}" stroke-dasharray="4 3" />
    ${bars}${ticks}
    <text class="label" x="${bar.left + bar.width / 2}" y="${bottom + 32}" text-anchor="middle">
      images per second, as a multiple of PyTorch's
    </text>
  </svg>`
}

export interface Programs {
  readonly ours: string
  readonly peer: string
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)

function tableRow(row: Row): string {
  const {
    backend,
    resolution,
    batch,
    imagesPerSecond,
    peerImagesPerSecond,
    ratio,
    ratioInterval: [low, high],
    peakMemoryBytes,
    peerPeakMemoryBytes,
    rounds,
  } = row
  const memory = `${mebibytes(peakMemoryBytes)} : ${mebibytes(peerPeakMemoryBytes)} (${(peakMemoryBytes / peerPeakMemoryBytes).toFixed(2)} ×)`
  return `| ${backend} | ${resolution}×${resolution} | ${batch} | ${imagesPerSecond.toFixed(1)} | ${peerImagesPerSecond.toFixed(1)} | ${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}) | ${memory} | ${rounds} |`
}

function reportMarkdown(rows: readonly Row[], programs: readonly Programs[], chart: string): string {
  const pairs = [...new Set(programs.map(({ ours, peer }) => `${ours} beside ${peer}`))]
  return `# Training speed beside PyTorch

Whole training steps of MobileNetV2 (10 classes, fp32, SGD with momentum): images as bytes in, weights updated, losses read at the end of a round. PyTorch runs eagerly in \`channels_last\` with the same batch, resolution and
number of threads. Both processes stay open and take turns round by round, the first alternating; the ratio is the median over the rounds of one round's two speeds, with the bootstrap's 95% interval.
Made by \`npm run bench:train -- --report\`, which brings TensorFlow's library and PyTorch where they are absent. \`--json\` prints the rows.

${cpus()[0]!.model}, ${cpus().length} threads, ${(totalmem() / GIBI).toFixed(0)} GiB. ${pairs.join('; ')}.

![Training speed as a multiple of PyTorch's](${chart})

| backend | resolution | batch | images/s | PyTorch's images/s | ratio | peak memory, MiB, ours : PyTorch's | rounds |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.map(tableRow).join('\n')}
`
}

/** Writes the page and the chart beside it; `below` is what follows the table. */
export function writeReport(file: string, rows: readonly Row[], programs: readonly Programs[], below: string): void {
  const chart = `${basename(file, '.md')}.svg`
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(join(dirname(file), chart), svgFile(ratioChart(rows)))
  writeFileSync(file, `${reportMarkdown(rows, programs, chart)}${below}`)
}
