import { availableParallelism } from 'node:os'
import { latencyTable } from '../../jobs/work/prune/pruneLatency'
import type { Inspection } from '../inspection'
import { plannedNetwork } from '../plannedNetwork'

export const pruneTimes: Inspection<'versions.pruneTimes'> = async ({ store, signal, emit }, { version }) => {
  const network = await plannedNetwork(store, version)
  const warnings: string[] = []
  const measuring = {
    signal,
    warn: (text: string) => void warnings.push(text),
    progress: ({ done, total }: { readonly done: number; readonly total?: number | undefined }) =>
      emit({ done, total: total ?? 0 }),
  }
  network.times ??= await latencyTable(measuring, network.source)
  return { wholeMs: network.times.wholeMs, threads: availableParallelism(), warnings }
}
