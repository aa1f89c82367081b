import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Graph } from '../../core/graph/graph'
import { macsOfSizes } from '../../core/measure/macs'
import { parametersOfSizes } from '../../core/measure/parameterStatistics'
import { writeOnnx } from '../../core/onnx/index'
import { sizeOf } from '../../core/graph/tensorData'
import { cut } from '../../core/prune/cut'
import { cutSizes } from '../../core/prune/cutSizes'
import type { SizedGraph } from '../../core/prune/cutSizes'
import { dependencyGraph } from '../../core/prune/dependencyGraph'
import type { DependencyGraph, Group } from '../../core/prune/dependencyGraph'
import { gatherShuffles } from '../../core/prune/gatherShuffles'
import { importances } from '../../core/prune/importances/index'
import { unitScores } from '../../core/prune/scores'
import type { Choice, Target } from '../../core/prune/structured'
import { NNOptError } from '../../shared/errors'
import type { PlannedCost, Version } from '../../shared/types'
import type { LatencyTable } from '../inference/latencyTable'
import { chooseChannels } from '../jobs/work/prune/pruneGraph'
import { readTrainable } from '../jobs/work/versions/readVersion'
import type { AccuracySample } from '../jobs/work/measure/sampleAccuracy'
import type { Store } from '../store'
import { resolveVersion } from '../store/resolve'

/** A network being planned: its groups, scores, layer times and sample images are computed once. */
export interface PlannedNetwork {
  readonly version: Version
  readonly source: Graph
  readonly dependencies: DependencyGraph
  readonly scores: Map<string, ReadonlyMap<Group, Float64Array>>
  readonly samples: Map<string, Promise<AccuracySample>>
  times: LatencyTable | undefined
}

/** How channels are chosen, as in the procedures. */
export interface ChannelConfig {
  readonly importance: string
  readonly roundTo: number
  readonly minChannels: number
  readonly seed: number
  readonly pruningRatio: Readonly<Record<string, number>>
  readonly protect: readonly string[]
  readonly scope?: 'local' | 'global'
}

/** The most recently planned networks: two windows may plan different ones. */
const opened = new Map<string, PlannedNetwork>()
const kept = 2

/** Throws `unsupported` for an int8 version: only fp32 weights can be pruned. */
export async function plannedNetwork(store: Store, reference: string): Promise<PlannedNetwork> {
  const version = await resolveVersion(store, reference)
  const network = opened.get(version.id) ?? open(version, readTrainable(store, version))
  opened.delete(version.id)
  opened.set(version.id, network)
  for (const old of [...opened.keys()].slice(0, -kept)) opened.delete(old)
  return network
}

const open = (version: Version, source: Graph): PlannedNetwork => ({
  version,
  source,
  dependencies: dependencyGraph(gatherShuffles(source)),
  scores: new Map(),
  samples: new Map(),
  times: undefined,
})

/** The units that the prune step would remove with these parameters. */
export function plannedChoice(
  { dependencies, scores }: PlannedNetwork,
  { importance, seed, scope = 'local', ...config }: ChannelConfig,
  target?: Target,
): Choice {
  const key = `${importance} ${seed}`
  const known = scores.get(key) ?? unitScores(dependencies, rankedByWeights(importance), seed)
  scores.set(key, known)
  return chooseChannels(dependencies, known, { ...config, scope }, { before: 0, after: 1 }, target)
}

function rankedByWeights(id: string): ReturnType<typeof importances.get> {
  const importance = importances.get(id)
  if (importance.needsGradients)
    throw new NNOptError(
      'unsupported',
      `importance '${id}' needs gradients of training images, which a plan does not compute: expected an importance that needs only weights`,
    )
  return importance
}

export const cutAs = ({ dependencies }: PlannedNetwork, { removed }: Choice): Graph => cut(dependencies, removed)

const compressed = promisify(gzip)

/** Size of the network's file before pruning. */
const wholeBytes = new WeakMap<DependencyGraph, number>()

function wholeSize(dependencies: DependencyGraph): number {
  const known = wholeBytes.get(dependencies) ?? writeOnnx(cut(dependencies, new Set())).length
  wholeBytes.set(dependencies, known)
  return known
}

/** File size minus the removed weights: exact except for a few bytes of length prefixes. */
function sizeLeft(dependencies: DependencyGraph, { graph, shapes }: SizedGraph): number {
  return [...graph.initializers].reduce(
    (bytes, [name, { data }]) =>
      bytes - data.BYTES_PER_ELEMENT * (data.length - sizeOf(shapes.get(name) ?? [data.length])),
    wholeSize(dependencies),
  )
}

/** Computed from sizes alone unless the compressed size is requested, which requires writing the file. */
export async function costOf(
  { dependencies, times }: PlannedNetwork,
  removed: ReadonlySet<number>,
  withGzip: boolean,
): Promise<PlannedCost> {
  const sizes = cutSizes(dependencies, removed)
  const bytes = withGzip ? writeOnnx(cut(dependencies, removed)) : undefined
  return {
    params: parametersOfSizes(sizes),
    macs: macsOfSizes(sizes),
    sizeBytes: bytes?.length ?? sizeLeft(dependencies, sizes),
    gzipBytes: bytes ? (await compressed(bytes)).length : null,
    predictedLatencyMs: times?.predictSizes(sizes) ?? null,
  }
}
