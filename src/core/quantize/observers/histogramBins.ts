/** Bins of a histogram: 2048 to 4096 of them lie inside the observed range. 32 KiB a tensor. */
export const binCount = 4096

/** Finer than any difference of two float32 numbers, so that every value can have a bin of its own. */
const smallestExponent = -200

/**
 * Counts over bins [i · 2^exponent, (i + 1) · 2^exponent), i = firstBin, firstBin + 1, …; zero is always an edge.
 * The layout follows from the range alone and coarser bins are exact unions of finer ones, so a histogram depends on the
 * set of values only: neither their order nor how they were split over batches and threads changes it.
 */
export interface HistogramBins {
  readonly exponent: number
  readonly firstBin: number
  readonly counts: Float64Array
}

const binOf = (value: number, exponent: number): number => Math.floor(value * 2 ** -exponent)

/** The finest exponent that holds [min, max] in `binCount` bins. */
export function exponentFor(min: number, max: number): number {
  const estimate = max > min ? Math.floor(Math.log2((max - min) / binCount)) - 1 : smallestExponent
  let exponent = Math.max(smallestExponent, estimate)
  while (binOf(max, exponent) - binOf(min, exponent) >= binCount) exponent++
  return exponent
}

/** Empty bins for a range. */
export function emptyBins(min: number, max: number): HistogramBins {
  const exponent = exponentFor(min, max)
  return { exponent, firstBin: binOf(min, exponent), counts: new Float64Array(binCount) }
}

export const covers = ({ exponent, firstBin, counts }: HistogramBins, value: number): boolean => {
  const index = binOf(value, exponent) - firstBin
  return index >= 0 && index < counts.length
}

/** The same counts over bins laid out for [min, max], which must hold every counted value. */
export function relaid(bins: HistogramBins, min: number, max: number): HistogramBins {
  const target = emptyBins(min, max)
  addBins(target, bins)
  return target
}

/** Adds the counts of finer or equal bins. */
export function addBins(target: HistogramBins, bins: HistogramBins): void {
  const joined = 2 ** (target.exponent - bins.exponent)
  bins.counts.forEach((count, index) => {
    if (count > 0) target.counts[Math.floor((bins.firstBin + index) / joined) - target.firstBin]! += count
  })
}
