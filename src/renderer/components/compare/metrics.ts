import {
  formatBytes,
  formatCount,
  formatInterval,
  formatMs,
  formatNumber,
  formatPercent,
  formatPoints,
  formatSpeed,
  missing,
} from '../../format'
import { t } from '../../i18n'
import { areInOneSession, areOnSameImages } from '../../versions/comparable'
import type { Benchmark } from '../../../shared/types'
import type { VersionRow } from '../../stores/versions'
import { cellText, imagesText, doubtOf } from '../../versions/conditions'

export interface Metric {
  readonly label: string
  readonly text: (row: VersionRow) => string
  /** Relative to the first version; empty where the two cannot be compared. */
  readonly difference?: (row: VersionRow, base: VersionRow) => string
  /** Why the number is in doubt. */
  readonly doubt?: (row: VersionRow) => string | undefined
}

const ratio = (value: number | undefined, base: number | undefined): string =>
  value !== undefined && base ? `${formatNumber(value / base)}×` : missing

/** Of two speeds that were measured in turns. */
const speedRatio = (row: VersionRow, base: VersionRow, of: (benchmark: Benchmark) => number): string =>
  row.benchmark && base.benchmark && areInOneSession(row, base) ? ratio(of(row.benchmark), of(base.benchmark)) : missing

/** The metrics in a comparison; `significanceOf` says whether a version differs significantly from the first. */
export const metricsOf = (rows: readonly VersionRow[], significanceOf: (id: string) => string): readonly Metric[] => [
  ...accuracyMetrics(rows, significanceOf),
  ...speedMetrics(rows),
  ...networkMetrics(),
]

const accuracyMetrics = (rows: readonly VersionRow[], significanceOf: (id: string) => string): readonly Metric[] => [
  { label: t('column.type'), text: ({ version }) => version.precision },
  {
    label: t('column.accuracy'),
    text: ({ evaluation }) => formatPercent(evaluation?.accuracy),
    difference: (row, base) =>
      formatPoints(
        areOnSameImages(row, base) ? (row.evaluation?.accuracy ?? NaN) - (base.evaluation?.accuracy ?? NaN) : undefined,
      ),
  },
  { label: t('column.dataset'), text: ({ evaluation }) => imagesText(evaluation) },
  { label: t('column.interval'), text: ({ evaluation }) => formatInterval(evaluation?.accuracyInterval) },
  {
    label: t('compare.significance', { name: rows[0]?.version.name ?? '' }),
    text: (row) => (areOnSameImages(row, rows[0]!) ? significanceOf(row.version.id) : missing),
  },
  { label: t('fact.loss'), text: ({ evaluation }) => formatNumber(evaluation?.avgLoss) },
  {
    label: t('column.size'),
    text: ({ version }) => formatBytes(version.sizeBytes),
    difference: (row, base) => ratio(row.version.sizeBytes, base.version.sizeBytes),
  },
]

function speedMetrics(rows: readonly VersionRow[]): readonly Metric[] {
  const timed = rows.find(({ benchmark }) => benchmark)?.benchmark
  return [
    {
      label: timed ? t('compare.speedAt', { cell: cellText(timed) }) : t('column.speed'),
      text: ({ benchmark }) => formatSpeed(benchmark?.samplesPerSecond),
      difference: (row, base) => speedRatio(row, base, ({ samplesPerSecond }) => samplesPerSecond),
      doubt: doubtOf,
    },
    {
      label: t('compare.speedInterval'),
      text: ({ benchmark }) =>
        benchmark
          ? `${formatCount(benchmark.samplesPerSecondInterval[0])}–${formatSpeed(benchmark.samplesPerSecondInterval[1])}`
          : missing,
    },
    {
      label: timed ? t('compare.latencyAt', { cell: cellText(timed) }) : t('fact.latency'),
      text: ({ benchmark }) => formatMs(benchmark?.latencyMs.p50),
      difference: (row, base) => speedRatio(row, base, ({ latencyMs }) => latencyMs.p50),
      doubt: doubtOf,
    },
  ]
}

const networkMetrics = (): readonly Metric[] => [
  {
    label: t('fact.params'),
    text: ({ evaluation }) => formatCount(evaluation?.totalParams),
    difference: (row, base) => ratio(row.evaluation?.totalParams, base.evaluation?.totalParams),
  },
  { label: t('fact.sparsity'), text: ({ evaluation }) => formatPercent(evaluation?.sparsity) },
]
