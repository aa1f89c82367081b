import { formatBytes, formatCount, formatNumber, formatPercent } from '../format'
import { t } from '../i18n'
import type { MessageKey } from '../i18n'
import type { Series } from './series'

/** One curve of a chart: a value of one kind of metric. */
export interface Member {
  readonly kind: string
  readonly key: string
  readonly label: string
}

export interface ChartDefinition {
  readonly id: string
  readonly title: string
  readonly format: (value: number) => string
  /** Shares range from 0 to 1, whatever their current values. */
  readonly isShare: boolean
  readonly members: readonly Member[]
}

interface Known {
  readonly id: string
  readonly title: MessageKey
  readonly format: (value: number) => string
  readonly isShare?: boolean
  readonly members: readonly (readonly [kind: string, key: string, label: MessageKey])[]
}

const known: readonly Known[] = [
  {
    id: 'loss',
    title: 'run.loss',
    format: formatNumber,
    members: [
      ['step', 'trainLoss', 'run.training'],
      ['epoch', 'valLoss', 'run.validation'],
    ],
  },
  {
    id: 'accuracy',
    title: 'run.accuracy',
    format: formatPercent,
    members: [
      ['step', 'trainAccuracy', 'run.training'],
      ['epoch', 'valAccuracy', 'run.validation'],
      ['epoch', 'simulatedAccuracy', 'run.simulated'],
    ],
  },
  { id: 'rate', title: 'run.rate', format: formatNumber, members: [['step', 'learningRate', 'run.rate']] },
  {
    id: 'throughput',
    title: 'run.throughput',
    format: formatCount,
    members: [['step', 'samplesPerSecond', 'run.throughput']],
  },
  { id: 'waited', title: 'epochs.waited', format: formatPercent, members: [['epoch', 'waitedShare', 'epochs.waited']] },
  {
    id: 'load',
    title: 'run.load',
    format: formatPercent,
    isShare: true,
    members: [
      ['system', 'cpuShare', 'run.cpu'],
      ['system', 'gpuShare', 'run.gpu'],
    ],
  },
  {
    id: 'memory',
    title: 'run.memory',
    format: formatBytes,
    members: [
      ['system', 'processBytes', 'run.processMemory'],
      ['system', 'ramUsedBytes', 'run.usedMemory'],
      ['system', 'gpuMemoryUsedBytes', 'run.gpuMemory'],
    ],
  },
]

/** Values that are shown elsewhere or meaningless as a curve. */
const hidden: readonly string[] = [
  'etaSeconds',
  'ramTotalBytes',
  'gpuMemoryTotalBytes',
  'seconds',
  'trainLoss',
  'trainAccuracy',
  'learningRate',
  'samplesPerSecond',
]

/** Turns 'waitedShare' into 'Waited share'. */
const words = (key: string): string =>
  key.charAt(0).toUpperCase() + key.slice(1).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

/** The charts that have values: the standard ones, then one for each other value that a step reports. */
export function chartsOf(series: readonly Series[]): readonly ChartDefinition[] {
  const has = (kind: string, key: string): boolean => series.some((each) => each.kind === kind && each.values.has(key))
  const usual = known
    .map(({ id, title, format, isShare = false, members }) => ({
      id,
      title: t(title),
      format,
      isShare,
      members: members
        .filter(([kind, key]) => has(kind, key))
        .map(([kind, key, label]) => ({ kind, key, label: t(label) })),
    }))
    .filter(({ members }) => members.length > 0)
  const shown = new Set(known.flatMap(({ members }) => members.map(([kind, key]) => `${kind} ${key}`)))
  const others = new Map(
    series.flatMap(({ kind, values }) =>
      [...values.keys()]
        .filter((key) => !shown.has(`${kind} ${key}`) && !(hidden.includes(key) && usual.length > 0))
        .map((key) => [`${kind} ${key}`, { kind, key }] as const),
    ),
  )
  return [
    ...usual,
    ...[...others].map(([id, { kind, key }]) => ({
      id,
      title: words(key),
      format: /share|accuracy|sparsity/i.test(key) ? formatPercent : /bytes/i.test(key) ? formatBytes : formatNumber,
      isShare: false,
      members: [{ kind, key, label: words(key) }],
    })),
  ]
}
