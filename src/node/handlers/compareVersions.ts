import { comparePredictions } from '../../core/measure/flips'
import type { PairedComparison, StoredEvaluation, Version } from '../../shared/types'
import type { Store } from '../store'
import type { Predictions } from '../store/tables/predictions'

interface Told {
  readonly stored: StoredEvaluation
  readonly predictions: Predictions
}

async function told(store: Store, { id }: Version): Promise<readonly Told[]> {
  const evaluations = await store.measurements.evaluations(id)
  const found = await Promise.all(evaluations.map((stored) => store.predictions.find(stored.id)))
  return evaluations.flatMap((stored, index) => {
    const predictions = found[index]
    return predictions ? [{ stored, predictions }] : []
  })
}

/** The pair of evaluations on the same split with the most common images; the newest of equals. */
export async function compareVersions(
  store: Store,
  first: Version,
  second: Version,
  flipLimit: number,
): Promise<PairedComparison | null> {
  const [firsts, seconds] = await Promise.all([told(store, first), told(store, second)])
  const pairs = firsts.flatMap((a) =>
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
