import { bootstrapMedian } from './latency'
import type { MedianInterval } from './latency'

/** One model's throughput over another's, from rounds in which both took their turn. */
export interface ThroughputComparison {
  /** Second over first: median of the rounds with its 95% bootstrap interval. */
  readonly ratio: MedianInterval
  /** Whether the interval excludes 1. */
  readonly significant: boolean
}

/** Compares round by round, so that what slows a round slows both. Throughputs in images a second; `random` gives numbers in [0, 1). */
export function compareThroughput(
  first: readonly number[],
  second: readonly number[],
  random: () => number,
): ThroughputComparison {
  const ratio = bootstrapMedian(
    second.map((value, round) => value / first[round]!),
    random,
  )
  return { ratio, significant: ratio.low > 1 || ratio.high < 1 }
}
