import { comparePredictions } from '../../core/measure/flips'
import type { PairedComparison, StoredEvaluation, Version } from '../../shared/types'
import type { Store } from '../store'
import type { Predictions } from '../store/predictions'

interface Told {
  readonly stored: StoredEvaluation
  readonly predictions: Predictions
}

const told = (store: Store, { id }: Version): readonly Told[] =>
  store.measurements.evaluations(id).flatMap((stored) => {
    const predictions = store.predictions.find(stored.id)
    return predictions ? [{ stored, predictions }] : []
  })

/** The pair of evaluations on the same split with most images in common, the newest of equals. */
export function compareVersions(
  store: Store,
  first: Version,
  second: Version,
  flipLimit: number,
): PairedComparison | null {
  const seconds = told(store, second)
  const pairs = told(store, first).flatMap((a) =>
    seconds
      .filter((b) => onSameImages(a, b))
      .map((b) => ({ a, comparison: comparePredictions(entries(a), entries(b)) })),
  )
  const best = pairs.reduce<(typeof pairs)[number] | undefined>(
    (most, pair) => (pair.comparison.samples > (most?.comparison.samples ?? 0) ? pair : most),
    undefined,
  )
  if (!best) return null
  const { flips, ...comparison } = best.comparison
  const { dataset, split } = best.a.stored.evaluation
  return { dataset, split, ...comparison, flipCount: flips.length, flips: flips.slice(0, flipLimit) }
}

const onSameImages = (a: Told, b: Told): boolean =>
  a.predictions.datasetHash === b.predictions.datasetHash && a.stored.evaluation.split === b.stored.evaluation.split

const entries = ({ stored, predictions }: Told) => ({
  classes: stored.evaluation.perClass.map(({ name }) => name),
  ...predictions,
})
