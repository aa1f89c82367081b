import { NNOptError } from '../../shared/errors'
import type { Graph } from '../graph/graph'
import { cut } from './cut'
import { cutSizes } from './cutSizes'
import type { SizedGraph } from './cutSizes'
import type { DependencyGraph, Group } from './dependencyGraph'
import { layersNamed, weightLayers } from './layers'
import { allowedCount } from './rounding'
import type { RoundingConfig } from './rounding'

export interface StructuredConfig extends RoundingConfig {
  /** `local`: the same ratio in every group; `global`: one ranking over all. */
  readonly scope: 'local' | 'global'
  readonly protect: readonly string[]
  /** Share of channels removed from the groups of single layers. */
  readonly pruningRatio: Readonly<Record<string, number>>
}

/** What is to be kept: a cost of the graph, and how much of it. */
export interface Target {
  /** Such as 'macs', for messages. */
  readonly name: string
  /** Share to keep. */
  readonly keep: number
  /** Counts on shapes alone: the numbers in the graph may be zeros. */
  cost(graph: Graph): number
  /** The same of sizes alone, where that is possible: it is much faster. */
  costOfSizes?(sizes: SizedGraph): number
  /** Cost of the graph that `keep` refers to: the one before the first of several cuts. */
  readonly whole: number
}

/** Units to keep, by group. */
export type Counts = ReadonlyMap<Group, number>

export interface Choice {
  readonly counts: Counts
  readonly removed: ReadonlySet<number>
  /** Share of the target's cost that is kept. */
  readonly kept: number
}

/** How far a share may lie below and above what was asked for, after rounding. */
export const tolerance = { below: 0.1, above: 0.02 } as const

/** The least important units whose removal leaves the wanted share of a cost. Throws `wrongCall` naming the layer or the limit where that cannot be. */
export function chooseUnits(
  dependencies: DependencyGraph,
  scores: ReadonlyMap<Group, Float64Array>,
  config: StructuredConfig,
  target?: Target,
): Choice {
  const fixed = fixedCounts(dependencies, config)
  const known = new Map<string, Choice>()
  const choice = (counts: Counts): Choice => {
    const key = [...counts.values()].join()
    const made = known.get(key) ?? choiceOf(dependencies, counts, scores, target)
    known.set(key, made)
    return { ...made, counts }
  }
  if (!target) return choice(fixed)
  const free = [...scores.keys()].filter((group) => !fixed.has(group))
  const at = (removedShare: number): Choice =>
    choice(new Map([...fixed, ...freeCounts(free, scores, config, removedShare)]))
  return nearest(choice, at, target)
}

function choiceOf(
  dependencies: DependencyGraph,
  counts: Counts,
  scores: ReadonlyMap<Group, Float64Array>,
  target: Target | undefined,
): Choice {
  const removed = removedUnits(counts, scores)
  return { counts, removed, kept: target ? costAfter(dependencies, removed, target) / target.whole : 1 }
}

const costAfter = (dependencies: DependencyGraph, removed: ReadonlySet<number>, target: Target): number =>
  target.costOfSizes
    ? target.costOfSizes(cutSizes(dependencies, removed))
    : target.cost(cut(dependencies, removed, { shapesOnly: true }))

/** Groups that are protected or have a ratio of their own. */
function fixedCounts(dependencies: DependencyGraph, config: StructuredConfig): Counts {
  const layers = weightLayers(dependencies.graph)
  const groupsNamed = (
    name: string,
    where: string,
  ): readonly { readonly node: string; readonly group: Group | undefined }[] =>
    layersNamed(layers, name, where).map((layer) => {
      const unit = dependencies.unitOf(dependencies.bindings.get(layer.name)?.get(layer.outputAxis)?.[0] ?? 0)
      return {
        node: layer.node.name,
        group: dependencies.groups.find(({ units }) => units.some(({ id }) => id === unit)),
      }
    })
  const counts = new Map<Group, number>()
  for (const name of config.protect)
    for (const { group } of groupsNamed(name, 'protect'))
      if (group && group.blocked === undefined) counts.set(group, group.units.length)
  for (const [name, ratio] of Object.entries(config.pruningRatio)) {
    for (const { node, group } of groupsNamed(name, 'pruningRatio'))
      counts.set(openGroup(node, group), ratioCount(openGroup(node, group), ratio, config))
  }
  return counts
}

function openGroup(node: string, group: Group | undefined): Group {
  if (group && group.blocked === undefined) return group
  throw new NNOptError(
    'wrongCall',
    `pruningRatio: layer '${node}' cannot be pruned: ${group?.blocked ?? 'it produces no channels'}`,
    { layer: node },
  )
}

function ratioCount(group: Group, ratio: number, config: RoundingConfig): number {
  const wanted = Math.round((1 - ratio) * group.units.length)
  if (wanted < 1)
    throw new NNOptError(
      'wrongCall',
      `pruningRatio: ${ratio} would empty layer '${group.name}' of ${group.units.length} channels: expected less`,
      { layer: group.name },
    )
  return allowedCount(group, wanted, config)
}

function freeCounts(
  free: readonly Group[],
  scores: ReadonlyMap<Group, Float64Array>,
  config: StructuredConfig,
  removedShare: number,
): Counts {
  const scoresOf = (group: Group): Float64Array => scores.get(group) ?? new Float64Array()
  if (config.scope === 'local')
    return new Map(free.map((group) => [group, allowedCount(group, (1 - removedShare) * group.units.length, config)]))
  const ranking = rankingOf(free, scores)
  const threshold = ranking[Math.min(ranking.length - 1, Math.floor(removedShare * ranking.length))]!
  return new Map(
    free.map((group) => [
      group,
      allowedCount(group, removedShare >= 1 ? 0 : countFrom(scoresOf(group), threshold), config),
    ]),
  )
}

const rankings = new WeakMap<readonly Group[], Float64Array>()

/** All scores in order; sorted once for a search. */
function rankingOf(free: readonly Group[], scores: ReadonlyMap<Group, Float64Array>): Float64Array {
  const known = rankings.get(free) ?? Float64Array.from(free.flatMap((group) => [...(scores.get(group) ?? [])])).sort()
  rankings.set(free, known)
  return known
}

function countFrom(scores: Float64Array, threshold: number): number {
  let count = 0
  for (const score of scores) if (score >= threshold) count++
  return count
}

function removedUnits(counts: Counts, scores: ReadonlyMap<Group, Float64Array>): ReadonlySet<number> {
  return new Set(
    [...counts].flatMap(([group, count]) => {
      const order = ascending(scores.get(group) ?? new Float64Array(group.units.length))
      return order.slice(0, group.units.length - count).map((index) => group.units[index]!.id)
    }),
  )
}

const orders = new WeakMap<Float64Array, readonly number[]>()

/** Positions from the least important unit to the most; of equal ones the last comes first. Sorted once: a search for a target asks many times. */
function ascending(own: Float64Array): readonly number[] {
  const order = orders.get(own) ?? Array.from(own.keys()).sort((a, b) => own[a]! - own[b]! || b - a)
  orders.set(own, order)
  return order
}

const bisections = 24

/** Bisects the share of removed channels, then moves single groups between the two neighbours of the target. */
function nearest(choice: (counts: Counts) => Choice, at: (removedShare: number) => Choice, target: Target): Choice {
  const { keep } = target
  let [above, below] = [at(0), at(1)]
  if (below.kept > keep + tolerance.above || above.kept < keep - tolerance.below)
    throw outOfReach(target, below.kept, above.kept)
  let [low, high] = [0, 1]
  for (let round = 0; round < bisections; round++) {
    const middle = (low + high) / 2
    const tried = at(middle)
    if (tried.kept >= keep) [low, above] = [middle, tried]
    else [high, below] = [middle, tried]
  }
  const between = [...above.counts.keys()].filter((group) => above.counts.get(group) !== below.counts.get(group))
  const steps = between.map((_, index) =>
    choice(
      new Map([
        ...above.counts,
        ...between.slice(0, index + 1).map((group) => [group, below.counts.get(group) ?? 0] as const),
      ]),
    ),
  )
  const best = [above, below, ...steps]
    .filter(({ kept }) => kept <= keep + tolerance.above)
    .sort((a, b) => Math.abs(a.kept - keep) - Math.abs(b.kept - keep))[0]!
  if (best.kept < keep - tolerance.below) throw outOfReach(target, best.kept, above.kept)
  return best
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`

const outOfReach = ({ name, keep }: Target, lowest: number, highest: number): NNOptError =>
  new NNOptError(
    'wrongCall',
    `keep ${name}=${keep}: with this rounding, minimum channel count and protected layers, only values from ${percent(lowest)} to ${percent(highest)} can be reached: choose one of them, protect fewer layers, or round less`,
  )
