import { createRandom } from '../../src/core/data/random'
import { bootstrapMedian, median } from '../../src/core/measure/latency'
import type { MedianInterval } from '../../src/core/measure/latency'

export interface Row {
  readonly name: string
  readonly version: string
  /** Share of right answers; null for what only measures overhead. */
  readonly accuracy: number | null
  /** Accuracy less that of our int8 file, in pairs, with its 95% bootstrap interval. */
  readonly difference: MedianInterval | null
  readonly speeds: readonly {
    readonly batch: number
    readonly samplesPerSecond: MedianInterval
    readonly latencyMs: number
    /** Ours over this one, round by round. */ readonly ratio: MedianInterval
  }[]
}

export interface Measured {
  readonly name: string
  readonly version: string
  readonly predictions: readonly number[]
  /** By batch: milliseconds of the runs of each round. */
  readonly rounds: ReadonlyMap<number, readonly (readonly number[])[]>
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Rows of the table; everything is compared with `reference`. */
export function rowsOf(measured: readonly Measured[], reference: Measured, labels: readonly number[]): readonly Row[] {
  const { uniform } = createRandom(1)
  const right = ({ predictions }: Measured): readonly number[] =>
    predictions.map((each, index) => Number(each === labels[index]))
  const ours = right(reference)
  return measured.map((each): Row => {
    const hits = right(each)
    return {
      name: each.name,
      version: each.version,
      accuracy: hits.length > 0 ? mean(hits) : null,
      difference:
        hits.length > 0
          ? meanInterval(
              hits.map((hit, index) => hit - ours[index]!),
              uniform,
            )
          : null,
      speeds: [...each.rounds].map(([batch, rounds]) => {
        const rate = (list: readonly (readonly number[])[]): number[] =>
          list.map((times) => (1000 * batch) / mean(times))
        const [theirs, mine] = [rate(rounds), rate(reference.rounds.get(batch) ?? [])]
        return {
          batch,
          samplesPerSecond: bootstrapMedian(theirs, uniform),
          latencyMs: median(rounds.flat()),
          ratio: bootstrapMedian(
            mine.map((value, round) => value / theirs[round]!),
            uniform,
          ),
        }
      }),
    }
  })
}

const resamples = 1000

/** Mean of paired differences with the percentile bootstrap's 95% interval. */
function meanInterval(values: readonly number[], uniform: () => number): MedianInterval {
  const means = Array.from({ length: resamples }, () =>
    mean(values.map(() => values[Math.floor(uniform() * values.length)]!)),
  ).sort((a, b) => a - b)
  return {
    median: mean(values),
    low: means[Math.floor(0.025 * resamples)]!,
    high: means[Math.floor(0.975 * resamples)]!,
  }
}

const points = (share: number): string => `${share > 0 ? '+' : ''}${(share * 100).toFixed(1)}`

/** The table as Markdown. */
export function tableOf(rows: readonly Row[], batches: readonly number[]): string {
  const head = [
    '',
    'accuracy',
    'points from ours (95 %)',
    ...batches.flatMap((batch) => [`img/s, batch ${batch}`, 'ours over it (95 %)']),
  ]
  const lines = rows.map(({ name, version, accuracy, difference, speeds }) => [
    `${name} (${version})`,
    accuracy === null ? '–' : `${(accuracy * 100).toFixed(1)}%`,
    difference === null
      ? '–'
      : `${points(difference.median)} (${points(difference.low)} to ${points(difference.high)})`,
    ...speeds.flatMap(({ samplesPerSecond: { median: speed }, ratio: { median: ratio, low, high } }) => [
      speed.toFixed(speed < 100 ? 1 : 0),
      `${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`,
    ]),
  ])
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Bars of throughput at one batch, as SVG. */
export function chartOf(rows: readonly Row[], batch: number): string {
  const bars = rows
    .map(({ name, speeds }) => ({
      name,
      speed: speeds.find((each) => each.batch === batch)?.samplesPerSecond.median ?? 0,
    }))
    .sort((a, b) => b.speed - a.speed)
  const [line, left, width] = [26, 210, 420]
  const most = Math.max(...bars.map(({ speed }) => speed))
  const body = bars.map(
    ({ name, speed }, index) =>
      `<text x="${left - 8}" y="${index * line + 18}" text-anchor="end">${name}</text><rect x="${left}" y="${index * line + 5}" width="${((speed / most) * width).toFixed(1)}" height="17" fill="${name.startsWith('ours') ? '#2563b8' : '#8a94a3'}"/><text x="${left + (speed / most) * width + 6}" y="${index * line + 18}">${speed.toFixed(0)}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + width + 70}" height="${bars.length * line + 8}" font-family="sans-serif" font-size="13" role="img"><title>Images a second at batch ${batch}</title>${body.join('')}</svg>\n`
}
