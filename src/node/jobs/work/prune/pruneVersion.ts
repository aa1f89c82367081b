import type { Graph } from '../../../../core/graph/graph'
import { macs } from '../../../../core/measure/macs'
import { parameterStatistics } from '../../../../core/measure/parameterStatistics'
import type { EpochMetrics } from '../../../../core/train/events'
import { NNOptError } from '../../../../shared/errors'
import type { Version } from '../../../../shared/types'
import { freeName, resolveDataset } from '../../../store/resolve'
import type { StepContext, StepOutput } from '../../step'
import { lastEpochsOf, stepsOf } from './parameters'
import type { PruneParams } from './parameters'
import type { CutGroup } from './pruneGraph'
import { createPruner } from './pruner'
import { readTrainable } from '../versions/readVersion'
import { saveModel } from '../versions/saveModel'
import { fromVersion } from '../train/trainVersion'
import { reestimateStatistics, fineTune } from './fineTune'

/** The pruned graph, and how it came about. */
interface Pruned {
  readonly graph: Graph
  readonly groups: readonly CutGroup[]
  readonly history: readonly EpochMetrics[]
}

/** Removes weights or channels step by step, fine-tunes between and after, and saves the result as a version. */
export async function pruneVersion(context: StepContext, params: PruneParams): Promise<StepOutput> {
  const parent = await context.version(params.from)
  const source = await startOf(context, params, parent)
  const pruned = await pruneInSteps(context, params, parent, source)
  const [before, after] = [source, pruned.graph].map(figuresOf)
  const name = params.name ?? (await freeName(context.store, `${parent.name}-pruned`))
  const details = { before, after, groups: pruned.groups, history: pruned.history }
  const version = await saveModel(context, {
    graph: pruned.graph,
    name,
    origin: 'pruned',
    precision: 'fp32',
    trainable: true,
    warnings: [],
    parent,
    details,
  })
  return { versionId: version.id, output: { before, after, groups: pruned.groups, epochs: pruned.history } }
}

/** Throws `unsupported` for an int8 version, `wrongCall` where training images are needed and no dataset is named. */
export async function startOf(context: StepContext, params: PruneParams, parent: Version): Promise<Graph> {
  if (parent.precision !== 'fp32') {
    throw new NNOptError(
      'unsupported',
      `version '${parent.name}' is ${parent.precision}: expected an fp32 version. Prune the version it was made from, then quantize the result; quantization keeps the zeros`,
    )
  }
  if (params.dataset === undefined) return readTrainable(context.store, parent)
  const { graph } = await fromVersion(context, parent.id, await resolveDataset(context.store, params.dataset))
  return graph
}

function figuresOf(graph: Graph): Readonly<Record<string, number>> {
  const { totalParams, nonzeroParams, sparsity } = parameterStatistics(graph)
  return { totalParams, nonzeroParams, sparsity, macs: macs(graph) }
}

async function pruneInSteps(
  context: StepContext,
  params: PruneParams,
  parent: Version,
  source: Graph,
): Promise<Pruned> {
  const steps = stepsOf(params)
  const pruner = createPruner(context, params, parent, source)
  let [graph, groups, history]: [Graph, readonly CutGroup[], readonly EpochMetrics[]] = [source, [], []]
  for (let step = 1; step <= steps; step++) {
    const stage = `stage-${step}`
    context.progress({
      label: steps === 1 ? 'pruning' : `pruning, step ${step} of ${steps}`,
      done: step - 1,
      total: steps,
    })
    const shareAfter = (count: number): number => (count === 0 ? 0 : params.pruneSchedule.share(count, steps))
    const smaller = await pruner.prune(graph, { before: shareAfter(step - 1), after: shareAfter(step) })
    graph = smaller.graph
    groups = mergedGroups(groups, smaller.groups)
    if (params.epochs > 0) {
      const tuned = await fineTune(
        context,
        params,
        parent,
        graph,
        stage,
        step < steps ? params.stepEpochs : lastEpochsOf(params),
      )
      graph = tuned.graph
      history = [...history, ...tuned.history]
    }
  }
  if (params.epochs === 0 && params.dataset !== undefined && params.statisticsSamples > 0)
    graph = await reestimateStatistics(context, params, parent, graph, 'statistics')
  return { graph, groups, history }
}

/** Later steps find groups by the same names with the counts that earlier ones left. */
const mergedGroups = (before: readonly CutGroup[], now: readonly CutGroup[]): readonly CutGroup[] =>
  now.map((group) => ({ ...group, before: before.find(({ name }) => name === group.name)?.before ?? group.before }))
