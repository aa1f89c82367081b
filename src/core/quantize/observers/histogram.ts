import { z } from 'zod'
import type { Grid } from '../../fakeQuant/grid'
import type { Range } from '../../fakeQuant/range'
import { uniformBins } from './distribution'
import type { UniformBins } from './distribution'
import { defineObserver } from './observer'

/** torch.ao HistogramObserver: cuts the tails, 1e-5 of the values at a time, as long as the squared error of the rest falls. */
export const histogramObserver = defineObserver({
  id: 'histogram',
  label: 'Histogram',
  help: 'Trims the tails as long as the squared quantization error decreases, as PyTorch does. Batches are merged into one histogram.',
  reads: 'histogram',
  params: z.object({
    bins: z.number().int().min(256).max(4096).default(2048).describe('Histogram bins'),
  }),
  range(statistics, { bins }, grid) {
    if (statistics.min === statistics.max) return { min: statistics.min, max: statistics.max }
    return leastNormRange(uniformBins(statistics.distribution(), statistics, bins), levelsOf(grid))
  },
})

const levelsOf = ({ qmin, qmax }: Grid): number => qmax - qmin + 1

/** Share of the values that one step of the search cuts. */
const step = 1e-5

/** Greedy search over bins [first, last]; source: torch/ao/quantization/observer.py, after caffe2's NormMinimization. */
export function leastNormRange(bins: UniformBins, levels: number): Range {
  const cumulative = Float64Array.from(bins.counts)
  for (let bin = 1; bin < cumulative.length; bin++) cumulative[bin]! += cumulative[bin - 1]!
  const total = cumulative[cumulative.length - 1]!
  let [first, last, alpha, beta, least] = [0, cumulative.length - 1, 0, 1, Infinity]
  while (alpha < beta) {
    let [left, right] = [first, last]
    while (left < last && cumulative[left]! < (alpha + step) * total) left++
    while (right > first && cumulative[right]! > (beta - step) * total) right--
    const cutsLeft = left - first > last - right
    if (cutsLeft) alpha += step
    else beta -= step
    const [nextFirst, nextLast] = cutsLeft ? [left, last] : [first, right]
    if (nextFirst === first && nextLast === last) continue
    const norm = squaredError(bins, nextFirst, nextLast, levels)
    if (norm > least) break
    ;[first, last, least] = [nextFirst, nextLast, norm]
  }
  return { min: bins.low + bins.binWidth * first, max: bins.low + bins.binWidth * (last + 1) }
}

/** Squared error when `levels` equal intervals span bins [first, last], with the values spread evenly inside each bin. */
function squaredError({ counts, binWidth }: UniformBins, first: number, last: number, levels: number): number {
  const interval = (binWidth * (last - first + 1)) / levels
  const half = interval / 2
  const levelOf = (offset: number): number => Math.min(levels - 1, Math.max(0, Math.floor(offset / interval)))
  let error = 0
  for (let bin = 0; bin < counts.length; bin++) {
    if (counts[bin] === 0) continue
    const begin = (bin - first) * binWidth
    const end = begin + binWidth
    const [beginLevel, endLevel] = [levelOf(begin), levelOf(end)]
    const cubes =
      half ** 3 -
      (begin - (beginLevel + 0.5) * interval) ** 3 +
      (endLevel - beginLevel - 1) * 2 * half ** 3 +
      (end - (endLevel + 0.5) * interval) ** 3 +
      half ** 3
    error += ((counts[bin]! / binWidth) * cubes) / 3
  }
  return error
}
