import type { Graph } from '../../../../core/graph/graph'
import { macs, macsOfSizes } from '../../../../core/measure/macs'
import { parametersOfSizes, parameterStatistics } from '../../../../core/measure/parameterStatistics'
import { cut, zeroed } from '../../../../core/prune/cut'
import type { SizedGraph } from '../../../../core/prune/cutSizes'
import { dependencyGraph } from '../../../../core/prune/dependencyGraph'
import type { DependencyGraph, Group } from '../../../../core/prune/dependencyGraph'
import { gatherShuffles } from '../../../../core/prune/gatherShuffles'
import { prunePattern } from '../../../../core/prune/nm'
import { unitScores } from '../../../../core/prune/scores'
import type { Saliencies } from '../../../../core/prune/scores'
import { chooseUnits } from '../../../../core/prune/structured'
import type { Choice, StructuredConfig, Target } from '../../../../core/prune/structured'
import { pruneUnstructured } from '../../../../core/prune/unstructured'
import { assert } from '../../../../shared/errors'
import type { KeptShare } from '../../../../shared/types'
import type { PruneParams } from './parameters'

/** Costs that are counted, not measured. */
type CountedCost = Exclude<KeptShare['target'], 'latency'>

/** Costs by name, of one image. */
export const costs: Readonly<Record<CountedCost, (graph: Graph) => number>> = {
  params: (graph) => parameterStatistics(graph).totalParams,
  macs,
}

/** The same of sizes alone. */
export const costsOfSizes: Readonly<Record<CountedCost, (sizes: SizedGraph) => number>> = {
  params: parametersOfSizes,
  macs: macsOfSizes,
}

/** Zeros among the weights: a share of the final amount. */
export function maskGraph(graph: Graph, params: PruneParams, share: number): Graph {
  const { importance } = params
  if (params.nm !== undefined) return prunePattern(graph, importance, params.nm, params.protect, params.seed)
  const { amount = 0 } = params
  const scaled = Object.fromEntries(Object.entries(params.layerAmounts).map(([name, own]) => [name, own * share]))
  return pruneUnstructured(graph, importance, { ...params, amount: amount * share, layerAmounts: scaled })
}

/** A group that lost channels. */
export interface CutGroup {
  readonly name: string
  readonly before: number
  readonly after: number
}

export interface CutGraph {
  readonly graph: Graph
  readonly dependencies: DependencyGraph
  readonly choice: Choice
  readonly groups: readonly CutGroup[]
}

/** The target that `keep` names, on its way there: `share` of what is to go is gone. */
export function targetOf(
  params: PruneParams,
  share: number,
  cost: (graph: Graph) => number,
  whole: number,
): Target | undefined {
  if (params.keep === undefined) return undefined
  const { target, share: keep } = params.keep
  return { name: target, keep: 1 - (1 - keep) * share, cost, whole }
}

/** Shares of what is to go in all: gone before a cut, and after it. */
export interface Progress {
  readonly before: number
  readonly after: number
}

/** The units that go between two points of the way. */
export function chooseChannels(
  dependencies: DependencyGraph,
  scores: ReadonlyMap<Group, Float64Array>,
  config: StructuredConfig,
  { before, after }: Progress,
  target: Target | undefined,
): Choice {
  // Ratios refer to the network before the first cut: what earlier cuts took is not taken again.
  const pruningRatio = Object.fromEntries(
    Object.entries(config.pruningRatio).map(([name, ratio]) => [name, 1 - (1 - ratio * after) / (1 - ratio * before)]),
  )
  return chooseUnits(dependencies, scores, { ...config, pruningRatio }, target)
}

/** A graph without its least important channels. */
export function cutChannels(
  source: Graph,
  params: PruneParams,
  progress: Progress,
  target: Target | undefined,
  saliencies?: Saliencies,
): CutGraph {
  const dependencies = dependencyGraph(gatherShuffles(source))
  const scores = unitScores(dependencies, params.importance, params.seed, saliencies)
  const choice = chooseChannels(dependencies, scores, params, progress, target)
  const groups = [...choice.counts].map(([group, after]) => ({ name: group.name, before: group.units.length, after }))
  return { graph: cut(dependencies, choice.removed), dependencies, choice, groups }
}

/** The whole graph with the removed channels at zero: what the cut one has to agree with. */
export const referenceOf = ({ dependencies, choice }: CutGraph): Graph => zeroed(dependencies, choice.removed)

/** Logits of a cut graph may differ from its reference by so much of the largest: rounding of sums in another order. */
const largestError = 1e-4

export function assertExact(logits: Float32Array, reference: Float32Array): number {
  const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const error =
    logits.reduce((most, value, index) => Math.max(most, Math.abs(value - reference[index]!)), 0) /
    Math.max(largest, Number.MIN_VALUE)
  assert(
    error <= largestError,
    () =>
      `the pruned network differs from the original with the same channels set to zero by ${error.toExponential(1)} of the largest score: expected at most ${largestError}`,
  )
  return error
}
