import type { Range } from '../../fakeQuant/range'
import { addBins, emptyBins } from './histogramBins'
import type { HistogramBins } from './histogramBins'

/** Smallest and largest value of one observed batch. */
export interface BatchRange extends Range {
  readonly batch: number
}

/** Batches whose own ranges are kept: the weight of older ones in a moving average with constant 0.01 is below 4e-5. */
export const keptBatches = 1024

/** What one pass over the calibration data leaves of a tensor: plain data that crosses threads. At most 56 KiB. */
export interface TensorStatistics {
  readonly name: string
  readonly count: number
  readonly min: number
  readonly max: number
  /** In order of `batch`; the last `keptBatches` of them. */
  readonly batches: readonly BatchRange[]
  /** Absent where only ranges were asked for. */
  readonly histogram?: HistogramBins
}

/** The statistics of all the values of both: what one pass over all of them would have given. */
export function mergeStatistics(a: TensorStatistics, b: TensorStatistics): TensorStatistics {
  const min = Math.min(a.min, b.min)
  const max = Math.max(a.max, b.max)
  const batches = [...a.batches, ...b.batches].sort((left, right) => left.batch - right.batch).slice(-keptBatches)
  const histogram = mergeHistograms(a, b, min, max)
  return { name: a.name, count: a.count + b.count, min, max, batches, ...(histogram && { histogram }) }
}

function mergeHistograms(
  a: TensorStatistics,
  b: TensorStatistics,
  min: number,
  max: number,
): HistogramBins | undefined {
  if (!a.histogram || !b.histogram) return undefined
  const merged = emptyBins(min, max)
  addBins(merged, a.histogram)
  addBins(merged, b.histogram)
  return merged
}
