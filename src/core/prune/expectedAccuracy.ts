import type { SensitivityPoint } from '../../shared/types'
import type { Graph } from '../graph/graph'

/** What guessing among a network's classes gets right. */
export const chanceOf = ({ outputs }: Graph): number => 1 / Math.max(1, Number(outputs[0].shape.at(-1)))

/**
 * Accuracy, 0..1, to be expected where the effects of single groups add up, which they do while they are small: `base` less the drop of each
 * (negative ones do not count). Not below `chance`.
 */
export function expectedAccuracy(base: number, drops: readonly number[], chance: number): number {
  return Math.max(Math.min(base, chance), base - drops.reduce((sum, drop) => sum + Math.max(0, drop), 0))
}

/** Accuracy at a share of removed channels: on the lines between the measured points, from `base` at none to `chance` at all. Points in any order. */
export function accuracyAt(points: readonly SensitivityPoint[], base: number, chance: number, removedShare: number): number {
  const inner = points.filter((point) => point.removedShare > 0 && point.removedShare < 1).toSorted((a, b) => a.removedShare - b.removedShare)
  const all = [{ removedShare: 0, accuracy: base }, ...inner, { removedShare: 1, accuracy: chance }]
  const after = Math.max(1, all.findIndex((point) => point.removedShare >= removedShare))
  const [low, high] = [all[after - 1], all[after]]
  return low.accuracy + ((high.accuracy - low.accuracy) * (removedShare - low.removedShare)) / (high.removedShare - low.removedShare)
}
