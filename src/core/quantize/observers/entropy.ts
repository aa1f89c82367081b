import { z } from 'zod'
import type { Range } from '../../fakeQuant/range'
import type { Distribution } from './distribution'
import { defineObserver } from './observer'

/** Least Kullback-Leibler divergence between the clipped distribution and its quantized form (Migacz, GTC 2017, s7310; as TensorRT and onnxruntime). */
export const entropyObserver = defineObserver({
  id: 'entropy',
  label: 'Entropy (KL)',
  help: 'Chooses the threshold that loses the least information. Batches are merged into one histogram. The range is symmetric around zero, limited to the values seen.',
  reads: 'histogram',
  params: z.object({
    bins: z.number().int().min(256).max(4096).default(2048).describe('Histogram bins, over both signs'),
    quantizedBins: z
      .number()
      .int()
      .min(16)
      .max(255)
      .default(128)
      .describe('Bins of the quantized distribution to compare with; twice as many if all values have the same sign'),
  }),
  range(statistics, { bins, quantizedBins }) {
    const limit = Math.max(Math.abs(statistics.min), Math.abs(statistics.max))
    if (limit === 0) return { min: 0, max: 0 }
    const sides = statistics.min < 0 && statistics.max > 0 ? 1 : 2
    const threshold = leastDivergenceThreshold(
      symmetricBins(statistics.distribution(), limit, bins),
      limit,
      sides * quantizedBins,
    )
    return { min: Math.max(statistics.min, -threshold), max: Math.min(statistics.max, threshold) }
  },
})

/** Counts over an even number of equal bins of [−limit, limit]. */
export function symmetricBins({ values, counts }: Distribution, limit: number, bins: number): Float64Array {
  const half = Math.floor(bins / 2)
  const binned = new Float64Array(2 * half)
  values.forEach((value, index) => {
    binned[Math.min(2 * half - 1, Math.max(0, Math.floor((value / limit + 1) * half)))]! += counts[index]!
  })
  return binned
}

export function leastDivergenceThreshold(counts: Float64Array, limit: Range['max'], quantizedBins: number): number {
  const half = counts.length / 2
  let [best, least] = [half, Infinity]
  for (let reach = Math.ceil(quantizedBins / 2); reach <= half; reach++) {
    const divergence = clippedDivergence(counts, half - reach, half + reach, quantizedBins)
    if (divergence < least) [best, least] = [reach, divergence]
  }
  return (best / half) * limit
}

/** KL(p ‖ q): p is the window with the clipped counts in its outer bins, q the window's counts averaged over the filled bins of each quantized bin. */
function clippedDivergence(counts: Float64Array, start: number, end: number, quantizedBins: number): number {
  const clipped = clippedWindow(counts, start, end)
  const merged = Math.floor((end - start) / quantizedBins)
  let [cross, clippedTotal, quantizedTotal, inside] = [0, 0, 0, 0]
  for (let bin = 0; bin < quantizedBins; bin++) {
    const from = bin * merged
    const to = bin === quantizedBins - 1 ? clipped.length : from + merged
    let [sum, filled] = [0, 0]
    for (let index = from; index < to; index++) {
      sum += counts[start + index]!
      if (clipped[index]! > 0) filled++
    }
    const average = sum > 0 ? sum / filled : smoothing
    for (let index = from; index < to; index++) {
      if (clipped[index]! > 0) cross += clipped[index]! * Math.log(clipped[index]! / average)
      clippedTotal += clipped[index]!
    }
    quantizedTotal += average * filled
    inside += sum
  }
  return inside < smallestShare * clippedTotal
    ? Infinity
    : cross / clippedTotal - Math.log(clippedTotal / quantizedTotal)
}

/** Stands for an empty bin, whose logarithm has to exist. */
const smoothing = 1e-4

/** Clipping most values into one bin looks like no loss at all: such windows are no candidates. */
const smallestShare = 0.5

function clippedWindow(counts: Float64Array, start: number, end: number): Float64Array {
  const window = counts.slice(start, end)
  for (let bin = 0; bin < start; bin++) window[0]! += counts[bin]!
  for (let bin = end; bin < counts.length; bin++) window[window.length - 1]! += counts[bin]!
  return window
}
