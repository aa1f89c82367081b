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
import type { VersionRow } from '../../stores/versions'
import { cellText } from '../../versions/conditions'

export interface Metric {
  readonly label: string
  readonly text: (row: VersionRow) => string
  /** Relative to the first version. */
  readonly difference?: (row: VersionRow, base: VersionRow) => string
}

const ratio = (value: number | undefined, base: number | undefined): string =>
  value !== undefined && base ? `${formatNumber(value / base)}×` : missing

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
      formatPoints(row.evaluation && base.evaluation ? row.evaluation.accuracy - base.evaluation.accuracy : undefined),
  },
  { label: t('column.interval'), text: ({ evaluation }) => formatInterval(evaluation?.accuracyInterval) },
  {
    label: t('compare.significance', { name: rows[0]?.version.name ?? '' }),
    text: ({ version }) => significanceOf(version.id),
  },
  { label: t('fact.loss'), text: ({ evaluation }) => formatNumber(evaluation?.avgLoss) },
  { label: t('column.samples'), text: ({ evaluation }) => formatCount(evaluation?.samples) },
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
      difference: (row, base) => ratio(row.benchmark?.samplesPerSecond, base.benchmark?.samplesPerSecond),
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
      difference: (row, base) => ratio(row.benchmark?.latencyMs.p50, base.benchmark?.latencyMs.p50),
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
