import { activationStatistics, exactStatistics } from '../../../core/quantize/observers/distribution'
import type { Statistics } from '../../../core/quantize/observers/distribution'
import { createCollector } from '../../../core/quantize/observers/collector'
import { slicesOf } from '../../../core/fakeQuant/slices'
import type { ActivationStatistics } from '../../../shared/types'
import { formatNumber } from '../../format'

/** Above this size, a histogram replaces the values, because observers search it hundreds of times. */
const mostExact = 60_000

/** Values in memory, such as a weight or one of its channels. */
export function statisticsOf(name: string, values: Float32Array): Statistics {
  if (values.length <= mostExact) return exactStatistics(name, values)
  const collector = createCollector({ name, histogram: true })
  collector.observe(values)
  return activationStatistics(collector.statistics())
}

export const observedStatistics = ({
  value,
  count,
  min,
  max,
  batches,
  exponent,
  firstBin,
  counts,
}: ActivationStatistics): Statistics =>
  activationStatistics({
    name: value,
    count,
    min,
    max,
    batches: batches.map(([low, high], batch) => ({ batch, min: low, max: high })),
    histogram: { exponent, firstBin, counts: Float64Array.from(counts) },
  })

export interface WeightNumbers {
  readonly shape: readonly number[]
  readonly channelAxis: number
  readonly values: Float32Array
  readonly isSample: boolean
}

/** One output channel of a weight, or the whole weight. */
export const channelOf = (
  { shape, channelAxis, values, isSample }: WeightNumbers,
  channel: number | undefined,
): Float32Array => (channel === undefined || isSample ? values : slicesOf(values, shape, channelAxis)[channel]!)

/** Reads float32 values from bytes that may not be aligned to four bytes. */
export const floatsOf = (bytes: Uint8Array): Float32Array => new Float32Array(Uint8Array.from(bytes).buffer)

/** A signal-to-noise ratio as text; infinite if there is no error. */
export const decibels = (value: number): string => (Number.isFinite(value) ? `${formatNumber(value)} dB` : '∞')
