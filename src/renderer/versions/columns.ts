import {
  formatBytes,
  formatCount,
  formatInterval,
  formatMs,
  formatNumber,
  formatPercent,
  formatSpeed,
  formatTime,
  missing,
} from '../format'
import type { MessageKey } from '../i18n'
import type { VersionRow } from '../stores/versions'
import { imagesText } from './conditions'

export interface Column {
  readonly id: string
  readonly label: MessageKey
  readonly sortBy: (row: VersionRow) => string | number
  readonly text: (row: VersionRow) => string
  /** Text columns are left-aligned and may wrap. */
  readonly isText?: boolean
  /** Measured by a benchmark, whose conditions belong to the number. */
  readonly isTimed?: boolean
  /** Measured by an evaluation, whose images belong to the number. */
  readonly isScore?: boolean
}

const last = -Infinity

export const nameColumn: Column = {
  id: 'name',
  label: 'column.name',
  isText: true,
  sortBy: ({ version }) => version.name.toLowerCase(),
  text: ({ version }) => version.name,
}

/** All columns of the versions table. */
export const columns: readonly Column[] = [
  {
    id: 'type',
    label: 'column.type',
    sortBy: ({ version }) => version.precision,
    text: ({ version }) => version.precision,
  },
  {
    id: 'origin',
    label: 'column.origin',
    sortBy: ({ version }) => version.origin,
    text: ({ version }) => version.origin,
  },
  {
    id: 'architecture',
    label: 'fact.architecture',
    isText: true,
    sortBy: ({ version }) => version.architecture,
    text: ({ version }) => version.architecture,
  },
  {
    id: 'parent',
    label: 'column.parent',
    isText: true,
    sortBy: ({ parentName }) => parentName ?? '',
    text: ({ parentName }) => parentName ?? missing,
  },
  {
    id: 'dataset',
    label: 'column.dataset',
    isText: true,
    sortBy: ({ evaluation }) => evaluation?.images ?? '',
    text: ({ evaluation }) => imagesText(evaluation),
  },
  {
    id: 'accuracy',
    label: 'column.accuracy',
    sortBy: ({ evaluation }) => evaluation?.accuracy ?? last,
    text: ({ evaluation }) => formatPercent(evaluation?.accuracy),
    isScore: true,
  },
  {
    id: 'interval',
    label: 'column.interval',
    sortBy: ({ evaluation }) => evaluation?.accuracyInterval[0] ?? last,
    text: ({ evaluation }) => formatInterval(evaluation?.accuracyInterval),
    isScore: true,
  },
  {
    id: 'loss',
    label: 'fact.loss',
    sortBy: ({ evaluation }) => evaluation?.avgLoss ?? last,
    text: ({ evaluation }) => formatNumber(evaluation?.avgLoss),
    isScore: true,
  },
  {
    id: 'size',
    label: 'column.size',
    sortBy: ({ version }) => version.sizeBytes,
    text: ({ version }) => formatBytes(version.sizeBytes),
  },
  {
    id: 'params',
    label: 'fact.params',
    sortBy: ({ evaluation }) => evaluation?.totalParams ?? last,
    text: ({ evaluation }) => formatCount(evaluation?.totalParams),
  },
  {
    id: 'sparsity',
    label: 'fact.sparsity',
    sortBy: ({ evaluation }) => evaluation?.sparsity ?? last,
    text: ({ evaluation }) => formatPercent(evaluation?.sparsity),
  },
  {
    id: 'latency',
    label: 'column.latency',
    sortBy: ({ benchmark }) => benchmark?.latencyMs.p50 ?? last,
    text: ({ benchmark }) => formatMs(benchmark?.latencyMs.p50),
    isTimed: true,
  },
  {
    id: 'latency99',
    label: 'column.latency99',
    sortBy: ({ benchmark }) => benchmark?.latencyMs.p99 ?? last,
    text: ({ benchmark }) => formatMs(benchmark?.latencyMs.p99),
    isTimed: true,
  },
  {
    id: 'speed',
    label: 'column.speed',
    sortBy: ({ benchmark }) => benchmark?.samplesPerSecond ?? last,
    text: ({ benchmark }) => formatSpeed(benchmark?.samplesPerSecond),
    isTimed: true,
  },
  {
    id: 'created',
    label: 'column.created',
    sortBy: ({ version }) => version.createdAt,
    text: ({ version }) => formatTime(version.createdAt),
  },
  {
    id: 'notes',
    label: 'version.notes',
    isText: true,
    sortBy: ({ version }) => version.notes,
    text: ({ version }) => version.notes || missing,
  },
]

/** Ascending; missing values come last in either direction. */
export function sorted(rows: readonly VersionRow[], { sortBy }: Column, ascending: boolean): readonly VersionRow[] {
  const sign = ascending ? 1 : -1
  return [...rows].sort((a, b) => {
    const [left, right] = [sortBy(a), sortBy(b)]
    if (left === right) return 0
    if (left === last) return 1
    if (right === last) return -1
    return (left < right ? -1 : 1) * sign
  })
}

/** Whether every word of the filter occurs in the version's texts. */
export function matches({ version, parentName }: VersionRow, filter: string): boolean {
  const text = [
    version.name,
    version.precision,
    version.origin,
    version.architecture,
    parentName ?? '',
    version.notes,
    ...version.tags,
  ]
    .join(' ')
    .toLowerCase()
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
