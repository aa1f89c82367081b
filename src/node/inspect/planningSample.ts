import type { AccuracySample } from '../jobs/work/measure/sampleAccuracy'
import { accuracySample } from '../jobs/work/measure/sampleAccuracy'
import type { Store } from '../store'
import { resolveDataset } from '../store/resolve'
import type { PlannedNetwork } from './plannedNetwork'

export interface SampleChoice {
  readonly dataset: string
  readonly samples: number
  readonly seed: number
}

/** Images for comparing variants of networks; those of the last selection stay in memory. */
export async function planningSample(
  store: Store,
  network: PlannedNetwork,
  { dataset, samples, seed }: SampleChoice,
  signal: AbortSignal,
): Promise<AccuracySample> {
  const record = await resolveDataset(store, dataset)
  const key = [record.name, record.hash, samples, seed].join(' ')
  const known =
    network.samples.get(key) ?? accuracySample(record, network.version, network.source, samples, seed, signal)
  network.samples.clear()
  network.samples.set(key, known)
  known.catch(() => network.samples.delete(key))
  return known
}
