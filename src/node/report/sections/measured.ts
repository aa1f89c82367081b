import { imagesOf, inOneSession, mostComparable } from '../../../shared/comparability'
import type { Benchmark, ReportedVersion, StoredEvaluation } from '../../../shared/types'
import { colorOf } from '../charts'
import { formatCount } from '../format'
import { html, nothing } from '../html'
import type { Html } from '../html'

/** Of each version the benchmark of the session that the most share; what tuning chose for one alone cannot be compared. */
export const comparableBenchmarks = (versions: readonly ReportedVersion[]): readonly (Benchmark | undefined)[] =>
  inOneSession(
    versions.map(({ benchmarks }) =>
      benchmarks.map(({ benchmark }) => benchmark).filter(({ layout }) => !layout?.tuned),
    ),
  )

/** The versions that were evaluated on the images that the most share, each with its colour and that evaluation. */
export const scoredTogether = (versions: readonly ReportedVersion[]) =>
  mostComparable(
    versions.map(({ evaluations }) => evaluations),
    imagesOf,
  ).flatMap((stored, index) =>
    stored ? [{ version: versions[index]!.version, color: colorOf(index), evaluation: stored.evaluation }] : [],
  )

export const imagesText = ({ dataset, split, samples }: StoredEvaluation['evaluation']): string =>
  `${dataset} ${split}, ${formatCount(samples)} images`

/** A number in doubt bears a sign with the reason. */
export const doubt = (benchmark: Benchmark | undefined): Html =>
  benchmark && benchmark.warnings.length > 0
    ? html` <span role="img" aria-label="${benchmark.warnings.join(' ')}" title="${benchmark.warnings.join(' ')}"
        >⚠</span
      >`
    : nothing
