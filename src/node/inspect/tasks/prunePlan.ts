import { accuracyAt, chanceOf, expectedAccuracy } from '../../../core/prune/expectedAccuracy'
import type { Target } from '../../../core/prune/structured'
import { NNOptError } from '../../../shared/errors'
import type { ChannelPlan, KeptShare, Sensitivity } from '../../../shared/types'
import { costs, costsOfSizes } from '../../jobs/work/prune/pruneGraph'
import type { Inspection } from '../inspection'
import { costOf, plannedChoice, plannedNetwork } from '../plannedNetwork'
import type { PlannedNetwork } from '../plannedNetwork'

export const prunePlan: Inspection<'versions.prunePlan'> = async (
  { store },
  { version, keep, gzip, sensitivity, ...config },
) => {
  const network = await plannedNetwork(store, version)
  const { counts, removed } = plannedChoice(network, config, keep && targetOf(network, keep))
  const changed = [...counts].map(([{ name, units }, after]) => ({ name, before: units.length, after }))
  return {
    counts: changed,
    cost: await costOf(network, removed, gzip),
    expectedAccuracy: sensitivity ? expected(network, changed, sensitivity) : null,
  }
}

function targetOf({ source, times }: PlannedNetwork, { target: name, share: keep }: KeptShare): Target {
  if (name !== 'latency')
    return { name, keep, cost: costs[name], costOfSizes: costsOfSizes[name], whole: costs[name](source) }
  if (!times) throw new NNOptError('wrongCall', 'keep latency: the layers have not been timed yet; time them first')
  return { name, keep, cost: times.predict, costOfSizes: times.predictSizes, whole: times.wholeMs }
}

/** Read off the curves; unknown if one is missing. */
function expected(
  { source }: PlannedNetwork,
  counts: ChannelPlan['counts'],
  { accuracy, curves }: Sensitivity,
): number | null {
  const chance = Math.min(chanceOf(source), accuracy)
  const points = new Map(curves.map((curve) => [curve.group, curve.points]))
  const smaller = counts.filter(({ before, after }) => after < before)
  if (smaller.some(({ name }) => !points.has(name))) return null
  return expectedAccuracy(
    accuracy,
    smaller.map(
      ({ name, before, after }) => accuracy - accuracyAt(points.get(name) ?? [], accuracy, chance, 1 - after / before),
    ),
    chance,
  )
}
