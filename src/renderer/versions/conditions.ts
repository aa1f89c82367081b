import { formatCount } from '../format'
import { t } from '../i18n'
import type { Benchmark } from '../../shared/types'

/** 'batch 8, 2 threads' */
export const cellText = ({ batchSize, threads }: Pick<Benchmark, 'batchSize' | 'threads'>): string =>
  t('benchmark.cell', { batch: batchSize, threads }, threads)

/** How a throughput was measured, with its confidence interval. */
export function timedText(benchmark: Benchmark): string {
  const {
    runs,
    samplesPerSecondInterval: [low, high],
    device: { runtime, cpu },
  } = benchmark
  return t('fact.timed', {
    cell: cellText(benchmark),
    runs: formatCount(runs),
    low: formatCount(low),
    high: formatCount(high),
    runtime,
    cpu,
  })
}
