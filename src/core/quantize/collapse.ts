import { wilsonInterval } from '../measure/intervals'
import type { ScoreComparison } from '../measure/compareScores'

/** Share of the images whose class is the most frequent: the accuracy of always naming that one. */
export function guessingAccuracy(labels: Int32Array): number {
  const counts = new Map<number, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  return labels.length === 0 ? 0 : Math.max(...counts.values()) / labels.length
}

/** Whether a network that knew more than guessing lost it: no longer better than that at 95%, and worse than the network it was made from. */
export function hasCollapsed(
  { accuracyInterval, referenceAccuracy, differenceInterval, samples }: ScoreComparison,
  guessing: number,
): boolean {
  const [referenceLow] = wilsonInterval(Math.round(referenceAccuracy * samples), samples)
  return accuracyInterval[0] <= guessing && referenceLow > guessing && differenceInterval[1] < 0
}
