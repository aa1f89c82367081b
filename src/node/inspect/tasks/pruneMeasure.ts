import { availableParallelism } from 'node:os'
import type { Graph } from '../../../core/graph/graph'
import { atLeast } from '../../../shared/atLeast'
import type { PlannedMeasurement } from '../../../shared/types'
import { measuredLatencies } from '../../jobs/work/prune/pruneLatency'
import type { AccuracySample } from '../../jobs/work/measure/sampleAccuracy'
import type { Inspection } from '../inspection'
import { cutAs, plannedChoice, plannedNetwork } from '../plannedNetwork'
import { planningSample } from '../planningSample'

export const pruneMeasure: Inspection<'versions.pruneMeasure'> = async (
  { store, signal, emit },
  { version, dataset, samples, ...config },
) => {
  const network = await plannedNetwork(store, version)
  const graph = cutAs(network, plannedChoice(network, config))
  const warnings: string[] = []
  const measuring = {
    signal,
    warn: (text: string) => void warnings.push(text),
    progress: ({ label }: { readonly label: string }) => emit({ label }),
  }
  const [before, after] = atLeast(2, await measuredLatencies(measuring, [network.source, graph]))
  const sample =
    dataset === undefined
      ? undefined
      : await planningSample(store, network, { dataset, samples, seed: config.seed }, signal)
  return {
    latencyMs: { before, after },
    threads: availableParallelism(),
    accuracy: sample ? await accuracies(sample, network.source, graph, signal) : null,
    warnings,
  }
}

async function accuracies(
  sample: AccuracySample,
  whole: Graph,
  graph: Graph,
  signal: AbortSignal,
): Promise<PlannedMeasurement['accuracy']> {
  const { samples, split } = sample
  return { before: await sample.accuracy(whole, signal), after: await sample.accuracy(graph, signal), samples, split }
}
