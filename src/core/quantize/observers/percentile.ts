import { z } from 'zod'
import type { Distribution } from './distribution'
import { defineObserver } from './observer'

export const percentileObserver = defineObserver({
  id: 'percentile',
  label: 'Percentile',
  help: 'Covers a given share of all values and clips half of the rest at each end. Batches are merged into one histogram.',
  reads: 'histogram',
  params: z.object({
    coverage: z.number().min(0.5).max(1).default(0.9999).describe('Share of values inside the range'),
  }),
  range(statistics, { coverage }) {
    const distribution = statistics.distribution()
    const tail = ((1 - coverage) / 2) * statistics.count
    return {
      min: Math.max(statistics.min, quantile(distribution, tail)),
      max: Math.min(statistics.max, quantile(distribution, statistics.count - tail)),
    }
  },
})

/** The value below which `rank` values lie, linear inside a bin. */
export function quantile({ values, counts, binWidth }: Distribution, rank: number): number {
  let below = 0
  for (let index = 0; index < values.length; index++) {
    if (below + counts[index]! >= rank) return values[index]! + binWidth * ((rank - below) / counts[index]! - 0.5)
    below += counts[index]!
  }
  return values[values.length - 1]! + binWidth / 2
}
