import type { Layer } from '../../../shared/types'
import { formatCount, formatMs, formatNumber, formatPercent, missing } from '../../format'

/** A number of every layer that the graph can be coloured by and the table sorted by. */
export interface LayerMeasure {
  readonly id: 'params' | 'macs' | 'time' | 'sparsity' | 'range' | 'scale' | 'sqnr'
  readonly value: (layer: Layer, extra: LayerExtras) => number | undefined
  readonly format: (value: number | undefined) => string
}

/** What is only known after it was measured, by the name of the layer. */
export interface LayerExtras {
  readonly ms: ReadonlyMap<string, number>
  readonly sqnr: ReadonlyMap<string, number>
}

const largest = ([low, high]: readonly [number, number]): number => Math.max(Math.abs(low), Math.abs(high))

export const measures: readonly LayerMeasure[] = [
  { id: 'params', value: ({ params }) => params, format: formatCount },
  { id: 'macs', value: ({ macs }) => macs, format: (value) => (value ? formatMega(value) : missing) },
  { id: 'time', value: ({ name }, { ms }) => ms.get(name), format: formatMs },
  { id: 'sparsity', value: ({ weight }) => weight && weight.zeros / weight.count || undefined, format: formatPercent },
  { id: 'range', value: ({ weight }) => (weight ? largest(weight.range) : undefined), format: formatNumber },
  { id: 'scale', value: ({ quantization }) => quantization?.scale, format: formatNumber },
  { id: 'sqnr', value: ({ name }, { sqnr }) => sqnr.get(name), format: (value) => (value === undefined ? missing : `${formatNumber(value)} dB`) },
]

const formatMega = (value: number): string => (value < 100_000 ? formatCount(value) : `${formatNumber(value / 1e6)} M`)

export const isMeasured = (measure: LayerMeasure, layers: readonly Layer[], extras: LayerExtras): boolean => layers.some((layer) => measure.value(layer, extras) !== undefined)

/** More colour would make the text on it hard to read. */
const strongest = 0.5

/** Strength of the colour of every layer: the root of its share of the largest, so that the small ones are told apart too. SQNR is the other way round: little of it is what to look at. */
export function strengths(measure: LayerMeasure, layers: readonly Layer[], extras: LayerExtras): ReadonlyMap<string, number> {
  const values = layers.flatMap((layer) => {
    const value = measure.value(layer, extras)
    return value === undefined ? [] : [{ name: layer.name, value }]
  })
  const low = Math.min(...values.map(({ value }) => value))
  const high = Math.max(...values.map(({ value }) => value))
  const share = (value: number): number => (measure.id === 'sqnr' ? (high - value) / (high - low || 1) : Math.sqrt(value / (high || 1)))
  return new Map(values.map(({ name, value }) => [name, strongest * share(value)]))
}
