import { areComparableSpeeds, onSameImages, underSharedConditions } from '../../shared/comparability'
import type { VersionRow } from '../stores/versions'

/** The same rows, each with the measurements that can be compared with those of the most others, else its newest. */
export function comparableRows(rows: readonly VersionRow[]): readonly VersionRow[] {
  const evaluations = onSameImages(rows.map((row) => row.evaluations))
  const benchmarks = underSharedConditions(rows.map((row) => row.benchmarks))
  return rows.map((row, index) => ({
    ...row,
    evaluation: evaluations[index] ?? row.evaluation,
    benchmark: benchmarks[index],
  }))
}

export const areOnSameImages = ({ evaluation: a }: VersionRow, { evaluation: b }: VersionRow): boolean =>
  a !== undefined && b !== undefined && a.images === b.images

export const areInOneSession = ({ benchmark: a }: VersionRow, { benchmark: b }: VersionRow): boolean =>
  areComparableSpeeds(a, b)
