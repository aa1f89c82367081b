/** The value below which a share of the sorted numbers lies, linear between neighbours (numpy's default). NaN of none. */
function percentile(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1)
  const below = Math.floor(position)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!)
}

const sortedNumbers = (values: Iterable<number>): Float64Array => Float64Array.from(values).sort()

export const median = (values: Iterable<number>): number => percentile(sortedNumbers(values), 0.5)

export interface LatencySummary {
  readonly p50: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
}

export function latencySummary(latenciesMs: Iterable<number>): LatencySummary {
  const sorted = sortedNumbers(latenciesMs)
  return {
    p50: percentile(sorted, 0.5),
    p90: percentile(sorted, 0.9),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
  }
}

export interface MedianInterval {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** Resamples of a bootstrap; more do not move a 95% interval visibly. */
const resamples = 1000

/** Median with the percentile bootstrap's 95% interval (Efron, 1979); `random` gives numbers in [0, 1). */
export function bootstrapMedian(values: ArrayLike<number>, random: () => number): MedianInterval {
  const medians = Float64Array.from({ length: resamples }, () =>
    median(Array.from(values, () => values[Math.floor(random() * values.length)]!)),
  ).sort()
  return { median: median(Array.from(values)), low: percentile(medians, 0.025), high: percentile(medians, 0.975) }
}
