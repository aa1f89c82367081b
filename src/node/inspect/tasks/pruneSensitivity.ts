import type { Group } from '../../../core/prune/dependencyGraph'
import { NNOptError } from '../../../shared/errors'
import type { SensitivityCurve, SensitivityPoint } from '../../../shared/types'
import type { AccuracySample } from '../../jobs/work/measure/sampleAccuracy'
import type { Inspection } from '../inspection'
import { cutAs, plannedChoice, plannedNetwork } from '../plannedNetwork'
import type { ChannelConfig, PlannedNetwork } from '../plannedNetwork'
import { planningSample } from '../planningSample'

/** One group after another; each result is sent immediately. */
export const pruneSensitivity: Inspection<'versions.pruneSensitivity'> = async (
  { store, signal, emit },
  { version, ratios, dataset, samples, ...config },
) => {
  const network = await plannedNetwork(store, version)
  const open = network.dependencies.groups.filter(({ blocked }) => blocked === undefined)
  const sample = await planningSample(store, network, { dataset, samples, seed: config.seed }, signal)
  const accuracy = await sample.accuracy(network.source, signal)
  const curves: SensitivityCurve[] = []
  const known = { total: open.length, accuracy, samples: sample.samples, split: sample.split }
  emit({ ...known, done: 0, curve: null })
  for (const group of open) {
    if (signal.aborted) throw new NNOptError('cancelled', 'planning stopped on request')
    const curve = {
      group: group.name,
      points: await pointsOf(network, group, ratios, { ...config, protect: [], pruningRatio: {} }, sample, signal),
    }
    curves.push(curve)
    emit({ ...known, done: curves.length, curve })
  }
  return { accuracy, samples: sample.samples, split: sample.split, curves }
}

/** Steps that rounding or the minimum make equal are tried once. */
async function pointsOf(
  network: PlannedNetwork,
  group: Group,
  ratios: readonly number[],
  config: ChannelConfig,
  sample: AccuracySample,
  signal: AbortSignal,
): Promise<readonly SensitivityPoint[]> {
  const all = group.units.length
  const points = new Map<number, SensitivityPoint>()
  for (const ratio of ratios.filter((each) => Math.round((1 - each) * all) >= 1)) {
    const choice = plannedChoice(network, { ...config, pruningRatio: { [group.name]: ratio } })
    const channels = choice.counts.get(group) ?? all
    if (channels === all || points.has(channels)) continue
    points.set(channels, {
      removedShare: 1 - channels / all,
      channels,
      accuracy: await sample.accuracy(cutAs(network, choice), signal),
    })
  }
  return [...points.values()].toSorted((a, b) => a.removedShare - b.removedShare)
}
