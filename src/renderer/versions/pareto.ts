import { inOneSession, onSameImages } from '../../shared/comparability'
import type { VersionRow } from '../stores/versions'
import { doubtOf, imagesText } from './conditions'
import type { Targets } from '../stores/settings'

export const costs = ['size', 'latency'] as const
/** The cost that accuracy is traded against. */
export type Cost = (typeof costs)[number]

export interface ParetoPoint {
  readonly id: string
  readonly name: string
  readonly cost: number
  readonly accuracy: number
  readonly interval: readonly [number, number]
  readonly isInt8: boolean
  /** What the accuracy was measured on. */
  readonly images: string
  /** Why the latency is in doubt. */
  readonly doubt: string | undefined
  /** No other version is better in one and at least as good in the other. */
  readonly onFrontier: boolean
}

const costOf = ({ version, benchmark }: VersionRow, cost: Cost): number | undefined =>
  cost === 'size' ? version.sizeBytes : benchmark?.latencyMs.p50

/** Latencies of one session: those of the most versions. */
const timedTogether = (rows: readonly VersionRow[]): readonly VersionRow[] =>
  inOneSession(rows.map(({ benchmarks }) => benchmarks)).flatMap((benchmark, index) =>
    benchmark ? [{ ...rows[index]!, benchmark }] : [],
  )

/** Accuracies on the same images: those of the most versions. */
const scoredTogether = (rows: readonly VersionRow[]): readonly VersionRow[] =>
  onSameImages(rows.map(({ evaluations }) => evaluations)).flatMap((evaluation, index) =>
    evaluation ? [{ ...rows[index]!, evaluation }] : [],
  )

/** Versions that have an accuracy and a cost, whether or not these can be compared with the others'. */
export const measuredCount = (rows: readonly VersionRow[], cost: Cost): number =>
  rows.filter((row) => row.evaluation && costOf(row, cost) !== undefined).length

/** Versions whose accuracy and cost were measured comparably, cheapest first. */
export function paretoPoints(rows: readonly VersionRow[], cost: Cost): readonly ParetoPoint[] {
  const known = scoredTogether(cost === 'latency' ? timedTogether(rows) : rows).flatMap((row) => {
    const value = costOf(row, cost)
    return value === undefined || !row.evaluation
      ? []
      : [
          {
            id: row.version.id,
            name: row.version.name,
            cost: value,
            accuracy: row.evaluation.accuracy,
            interval: row.evaluation.accuracyInterval,
            isInt8: row.version.precision === 'int8',
            images: imagesText(row.evaluation),
            doubt: cost === 'latency' ? doubtOf(row) : undefined,
          },
        ]
  })
  const ordered = known.sort((a, b) => a.cost - b.cost || b.accuracy - a.accuracy)
  let best = -Infinity
  return ordered.map((point) => {
    const onFrontier = point.accuracy > best
    best = Math.max(best, point.accuracy)
    return { ...point, onFrontier }
  })
}

export interface Limits {
  readonly accuracy: number | undefined
  readonly cost: number | undefined
}

/** Targets as lines; accuracy is relative to the best fp32 version shown. */
export function limitsOf(
  points: readonly ParetoPoint[],
  { maxDropPoints, maxSizeBytes, maxLatencyMs }: Targets,
  cost: Cost,
): Limits {
  const best = Math.max(...points.filter(({ isInt8 }) => !isInt8).map(({ accuracy }) => accuracy))
  return {
    accuracy: maxDropPoints === null || !Number.isFinite(best) ? undefined : best - maxDropPoints / 100,
    cost: (cost === 'size' ? maxSizeBytes : maxLatencyMs) ?? undefined,
  }
}
