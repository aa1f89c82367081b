import { NNOptError } from '../../../shared/errors'
import { rangeOf } from '../../fakeQuant/range'
import type { Range } from '../../fakeQuant/range'
import type { BatchRange, TensorStatistics } from './statistics'

/** Values in ascending order with how often each was seen: bin centres of a histogram, or the numbers of a weight themselves. */
export interface Distribution {
  readonly values: Float64Array
  readonly counts: Float64Array
  /** Width of the bins around the values; 0 for exact values. */
  readonly binWidth: number
}

/** What an observer reads, the same for activations and weights. */
export interface Statistics extends Range {
  readonly name: string
  readonly count: number
  readonly batches: readonly BatchRange[]
  /** Throws `internal` where only ranges were collected. */
  distribution(): Distribution
}

/** Statistics of an activation, out of its collector. */
export const activationStatistics = ({ histogram, ...statistics }: TensorStatistics): Statistics => ({
  ...statistics,
  distribution() {
    if (!histogram)
      throw new NNOptError('internal', `tensor '${statistics.name}': expected a histogram, got only ranges`)
    const binWidth = 2 ** histogram.exponent
    const filled = [...histogram.counts.keys()].filter((index) => histogram.counts[index]! > 0)
    const centre = (index: number): number =>
      Math.min(statistics.max, Math.max(statistics.min, (histogram.firstBin + index + 0.5) * binWidth))
    return {
      values: Float64Array.from(filled, centre),
      counts: Float64Array.from(filled, (index) => histogram.counts[index]!),
      binWidth,
    }
  },
})

/** Statistics of numbers that are all at hand, such as the weights of one channel: one batch, exact values. */
export function exactStatistics(name: string, values: Float32Array): Statistics {
  const range = rangeOf(values)
  return {
    name,
    ...range,
    count: values.length,
    batches: [{ batch: 0, ...range }],
    distribution: () => ({
      values: Float64Array.from(values).sort(),
      counts: new Float64Array(values.length).fill(1),
      binWidth: 0,
    }),
  }
}

/** Counts over bins of equal width from `low` on. */
export interface UniformBins {
  readonly low: number
  readonly binWidth: number
  readonly counts: Float64Array
}

/** The distribution over `bins` equal bins between its ends. */
export function uniformBins({ values, counts }: Distribution, { min, max }: Range, bins: number): UniformBins {
  const binWidth = (max - min) / bins
  const binned = new Float64Array(bins)
  values.forEach((value, index) => {
    binned[Math.min(bins - 1, Math.max(0, Math.floor((value - min) / binWidth)))]! += counts[index]!
  })
  return { low: min, binWidth, counts: binned }
}
