import type { Layer, LayerAnalysis } from '../../../shared/types'
import { formatCompact, formatCount, formatMs, formatNumber, formatPercent, missing } from '../../format'

/** A number per layer to color the graph and sort the table by. */
export interface LayerMeasure {
  readonly id:
    | 'params'
    | 'macs'
    | 'time'
    | 'output'
    | 'sparsity'
    | 'range'
    | 'activation'
    | 'scale'
    | 'zeroPoint'
    | 'sqnr'
    | 'cost'
  readonly value: (layer: Layer, extra: LayerExtras) => number | undefined
  readonly format: (value: number | undefined) => string
  /** Which values get the strongest color: large ones, small ones, or large ones on a steep distribution. */
  readonly strong: 'large' | 'small' | 'steep'
  /** Already in another column of the table. */
  readonly isInTable?: false
}

/** Values that are only known after measuring, by layer name. */
export interface LayerExtras {
  readonly ms: ReadonlyMap<string, number>
  readonly analysis: ReadonlyMap<string, LayerAnalysis>
  /** Divergence of the network's scores from those in fp32. */
  readonly divergence: number
}

const largest = ([low, high]: readonly [number, number]): number => Math.max(Math.abs(low), Math.abs(high))
const formatMega = (value: number | undefined): string =>
  !value ? missing : value < 100_000 ? formatCount(value) : `${formatNumber(value / 1e6)} M`
export const formatDecibels = (value: number | null | undefined): string =>
  value === undefined || value === null ? missing : `${formatNumber(value)} dB`

/** Share of the network's divergence that disappears if only this layer stays in fp32. */
export const costOf = (found: LayerAnalysis | undefined, divergence: number): number | undefined =>
  found && divergence > 0 ? Math.max(0, found.oneOff / divergence) : undefined

export const measures: readonly LayerMeasure[] = [
  { id: 'params', value: ({ params }) => params, format: formatCount, strong: 'steep' },
  { id: 'macs', value: ({ macs }) => macs, format: formatMega, strong: 'steep' },
  { id: 'time', value: ({ name }, { ms }) => ms.get(name), format: formatMs, strong: 'steep' },
  {
    id: 'output',
    value: ({ shape }) => shape.reduce((product, size) => product * size, 1),
    format: formatCompact,
    strong: 'steep',
    isInTable: false,
  },
  {
    id: 'sparsity',
    value: ({ weight }) => (weight && weight.zeros / weight.count) || undefined,
    format: formatPercent,
    strong: 'steep',
  },
  {
    id: 'range',
    value: ({ weight }) => (weight ? largest(weight.range) : undefined),
    format: formatNumber,
    strong: 'steep',
  },
  {
    id: 'activation',
    value: ({ name }, { analysis }) => activationOf(analysis.get(name)),
    format: formatNumber,
    strong: 'steep',
  },
  { id: 'scale', value: ({ quantization }) => quantization?.scale, format: formatNumber, strong: 'steep' },
  { id: 'zeroPoint', value: ({ quantization }) => quantization?.zeroPoint, format: formatNumber, strong: 'large' },
  {
    id: 'sqnr',
    value: ({ name }, { analysis }) => analysis.get(name)?.error.sqnrDb ?? undefined,
    format: formatDecibels,
    strong: 'small',
  },
  {
    id: 'cost',
    value: ({ name }, { analysis, divergence }) => costOf(analysis.get(name), divergence),
    format: formatPercent,
    strong: 'steep',
  },
]

const activationOf = (found: LayerAnalysis | undefined): number | undefined =>
  found?.observed ? largest([found.observed.min, found.observed.max]) : undefined

export const isMeasured = (measure: LayerMeasure, layers: readonly Layer[], extras: LayerExtras): boolean =>
  layers.some((layer) => measure.value(layer, extras) !== undefined)

/** Stronger colors would make the text illegible. */
const strongest = 0.5

/**
 * How a measure colors the graph: strength and number per layer, and the numbers behind the faintest and strongest
 * colors.
 */
export interface Colouring {
  readonly strengths: ReadonlyMap<string, number>
  readonly texts: ReadonlyMap<string, string>
  readonly faintest: string
  readonly strongest: string
  /** What represents a collapsed stage: its largest or its smallest number. */
  readonly ofStage: 'model.upTo' | 'model.downTo'
}

/** Steep measures are colored by their square root, so that small values remain distinguishable. */
export function colouring(
  { value, format, strong }: LayerMeasure,
  layers: readonly Layer[],
  extras: LayerExtras,
): Colouring {
  const values = layers.flatMap((layer) => {
    const number = value(layer, extras)
    return number === undefined ? [] : [{ name: layer.name, number }]
  })
  const low = Math.min(...values.map(({ number }) => number))
  const high = Math.max(...values.map(({ number }) => number))
  const linear = (number: number): number => (number - low) / (high - low || 1)
  const share = {
    large: linear,
    small: (number: number) => 1 - linear(number),
    steep: (number: number) => Math.sqrt(number / (high || 1)),
  }[strong]
  const ends = strong === 'small' ? [high, low] : [strong === 'steep' ? 0 : low, high]
  return {
    strengths: new Map(values.map(({ name, number }) => [name, strongest * share(number)])),
    texts: new Map(values.map(({ name, number }) => [name, format(number)])),
    faintest: ends[0] === 0 ? formatCount(0) : format(ends[0]),
    strongest: format(ends[1]),
    ofStage: strong === 'small' ? 'model.downTo' : 'model.upTo',
  }
}
