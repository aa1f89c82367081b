import type { ActivationStatistics, Histogram } from '../../../shared/types'

/** Merges the observer's fine bins into about this many between minimum and maximum. */
export function binned(
  {
    min,
    max,
    exponent,
    firstBin,
    counts,
  }: Pick<ActivationStatistics, 'min' | 'max' | 'exponent' | 'firstBin' | 'counts'>,
  bins: number,
): Histogram {
  if (!(max > min)) return { low: min, high: max, counts: [counts.reduce((sum, count) => sum + count, 0)] }
  const width = 2 ** exponent
  const joined = new Array<number>(bins).fill(0)
  counts.forEach((count, index) => {
    if (count === 0) return
    const centre = (firstBin + index + 0.5) * width
    joined[Math.min(bins - 1, Math.max(0, Math.floor(((centre - min) / (max - min)) * bins)))]! += count
  })
  return { low: min, high: max, counts: joined }
}
