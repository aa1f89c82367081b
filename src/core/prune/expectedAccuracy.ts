import type { SensitivityPoint } from '../../shared/types'
import type { Graph } from '../graph/graph'

/** What guessing among a network's classes gets right. */
export const chanceOf = ({ outputs }: Graph): number => 1 / Math.max(1, Number(outputs[0]!.shape.at(-1)))

/**
 * Accuracy, 0..1, to be expected right after a cut, before any fine-tuning. Each group by itself leaves a share of what `base` is above `chance`; together they leave the
 * product of these shares. While drops are small this is `base` less their sum; where they are large it goes to `chance` and never below. Negative drops do not count.
 */
export function expectedAccuracy(base: number, drops: readonly number[], chance: number): number {
  const room = base - chance
  if (room <= 0) return base
  return chance + room * drops.reduce((left, drop) => left * (1 - Math.min(room, Math.max(0, drop)) / room), 1)
}

/** Accuracy at a share of removed channels: on the lines between the measured points, from `base` at none to `chance` at all. Points in any order. */
export function accuracyAt(
  points: readonly SensitivityPoint[],
  base: number,
  chance: number,
  removedShare: number,
): number {
  const inner = points
    .filter((point) => point.removedShare > 0 && point.removedShare < 1)
    .toSorted((a, b) => a.removedShare - b.removedShare)
  const all = [{ removedShare: 0, accuracy: base }, ...inner, { removedShare: 1, accuracy: chance }]
  const after = Math.max(
    1,
    all.findIndex((point) => point.removedShare >= removedShare),
  )
  const [low, high] = [all[after - 1]!, all[after]!]
  return (
    low.accuracy +
    ((high.accuracy - low.accuracy) * (removedShare - low.removedShare)) / (high.removedShare - low.removedShare)
  )
}
