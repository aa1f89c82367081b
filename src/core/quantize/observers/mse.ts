import { atLeast } from '../../../shared/atLeast'
import { z } from 'zod'
import type { Grid } from '../../fakeQuant/grid'
import type { Range } from '../../fakeQuant/range'
import type { Distribution } from './distribution'
import { defineObserver } from './observer'
import { quantizationError } from './quantizationError'

const params = z.object({
  candidates: z
    .number()
    .int()
    .min(10)
    .max(1000)
    .default(100)
    .describe('Number of evenly spaced candidates for each end of the range'),
  power: z
    .number()
    .min(1)
    .max(4)
    .default(2)
    .describe('Exponent of the error: 2 is the squared error; larger exponents protect rare large values'),
})

/** Searches the range with the least quantization error: first both ends together, then each end alone (as MQBench's MSEObserver, with the second step added). */
export const mseObserver = defineObserver({
  id: 'mse',
  label: 'Mean squared error',
  help: 'Searches for the range with the smallest quantization error. Batches are merged into one histogram.',
  reads: 'histogram',
  params,
  range: (statistics, settings, grid) => leastErrorRange(statistics, statistics.distribution(), grid, settings),
})

/** The range inside `full` with the least error; both ends shrink towards zero. */
export function leastErrorRange(
  full: Range,
  distribution: Distribution,
  grid: Grid,
  { candidates, power }: z.output<typeof params>,
): Range {
  const factors = Array.from({ length: candidates }, (_, index) => 1 - index / candidates)
  const best = (ranges: readonly Range[]): Range =>
    leastBy(ranges, (range) => quantizationError(distribution, range, grid, power))
  const together = best(factors.map((factor) => ({ min: full.min * factor, max: full.max * factor })))
  if (grid.scheme === 'symmetric' || full.min >= 0 || full.max <= 0) return together
  const upper = best([together, ...factors.map((factor) => ({ min: together.min, max: full.max * factor }))])
  return best([upper, ...factors.map((factor) => ({ min: full.min * factor, max: upper.max }))])
}

/** The first item with the smallest score. */
function leastBy<T>(items: readonly T[], score: (item: T) => number): T {
  let [least] = atLeast(1, items)
  let lowest = Infinity
  for (const item of items) {
    const value = score(item)
    if (value < lowest) [least, lowest] = [item, value]
  }
  return least
}
