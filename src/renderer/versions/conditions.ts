import { formatCount, missing } from '../format'
import { t } from '../i18n'
import type { Benchmark, EvaluationSummary } from '../../shared/types'
import type { VersionRow } from '../stores/versions'

/** 'batch 8, 2 threads' */
export const cellText = ({ batchSize, threads }: Pick<Benchmark, 'batchSize' | 'threads'>): string =>
  t('benchmark.cell', { batch: batchSize, threads }, threads)

/** 'cifar10 test, 2,000 images' */
export const imagesText = (evaluation: EvaluationSummary | undefined): string =>
  evaluation
    ? t('evaluation.images', {
        dataset: evaluation.dataset,
        split: evaluation.split,
        count: formatCount(evaluation.samples),
      })
    : missing

/** Why a benchmark is in doubt; undefined if nothing disturbed it. */
export const doubtOf = ({ benchmark }: Pick<VersionRow, 'benchmark'>): string | undefined =>
  benchmark && benchmark.warnings.length > 0 ? benchmark.warnings.join(' ') : undefined

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
