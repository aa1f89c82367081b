import type { Graph } from '../../../../core/graph/graph'
import { layerStatistics } from '../../../../core/measure/layerStatistics'
import { macs } from '../../../../core/measure/macs'
import { parameterStatistics } from '../../../../core/measure/parameterStatistics'
import { writeOnnx } from '../../../../core/onnx/index'
import { cut } from '../../../../core/prune/cut'
import { chanceOf, expectedAccuracy } from '../../../../core/prune/expectedAccuracy'
import { withMasksApplied } from '../../../../core/graph/masks'
import { atLeast } from '../../../../shared/atLeast'
import type { NetworkCosts, PlannedGroup, PrunePlan, Version } from '../../../../shared/types'
import type { LatencyTable } from '../../../inference/latencyTable'
import { resolveDataset } from '../../../store/resolve'
import type { StepContext, StepOutput } from '../../step'
import type { PlanParams } from './parameters'
import { gzipSize } from '../versions/networkFacts'
import { measuredLatencies } from './pruneLatency'
import { startOf } from './pruneVersion'
import { createPruner } from './pruner'
import type { Smaller } from './pruner'
import { accuracySample } from '../measure/sampleAccuracy'
import type { AccuracySample } from '../measure/sampleAccuracy'

/** One group of channels or one layer's weights, pruned alone. */
interface Candidate {
  readonly name: string
  readonly before: number
  readonly after: number
  readonly graph: Graph
  readonly blocked: string | null
}

/** What a pruning will bring and cost, before anything is cut: by group and in all. No version is made. */
export async function planPruning(context: StepContext, params: PlanParams): Promise<StepOutput> {
  const parent = await context.version(params.from)
  const source = await startOf(context, params, parent)
  const pruner = createPruner(context, params, parent, source)
  const smaller = await pruner.prune(source, { before: 0, after: 1 })
  const table = smaller.cut ? await pruner.table() : undefined
  const sample = await sampleFor(context, params, parent, source)
  const base = sample && (await sample.accuracy(source))
  const groups = await plannedGroups(context, candidatesOf(source, smaller), table, sample, base)
  const [before, after] = atLeast(2, await costsOf(context, source, smaller.graph, table))
  const accuracy =
    sample && base !== undefined
      ? {
          samples: sample.samples,
          split: sample.split,
          before: base,
          untuned: await sample.accuracy(smaller.graph),
          expected: expectedAccuracy(
            base,
            groups.map(({ accuracyDrop }) => accuracyDrop ?? 0),
            chanceOf(source),
          ),
        }
      : null
  const plan: PrunePlan = { version: parent.id, method: params.method, groups, before, after, accuracy }
  return { output: { plan } }
}

async function sampleFor(
  context: StepContext,
  params: PlanParams,
  parent: Version,
  source: Graph,
): Promise<AccuracySample | undefined> {
  if (params.dataset === undefined) return undefined
  return accuracySample(
    await resolveDataset(context.store, params.dataset),
    parent,
    source,
    params.planSamples,
    params.seed,
    context.signal,
  )
}

function candidatesOf(source: Graph, { graph, cut: whole }: Smaller): readonly Candidate[] {
  if (!whole) return layerCandidates(source, graph)
  const { dependencies, choice } = whole
  const blocked = dependencies.groups.flatMap(({ name, units, blocked }) =>
    blocked === undefined ? [] : [{ name, before: units.length, after: units.length, graph: source, blocked }],
  )
  const open = [...choice.counts].map(([group, after]) => {
    const removed = new Set(group.units.map(({ id }) => id).filter((id) => choice.removed.has(id)))
    return { name: group.name, before: group.units.length, after, graph: cut(dependencies, removed), blocked: null }
  })
  return [...open, ...blocked]
}

function layerCandidates(source: Graph, masked: Graph): readonly Candidate[] {
  const before = new Map(layerStatistics(source).map((layer) => [layer.name, layer]))
  const weightOf = new Map(source.nodes.map((node) => [node.name, node.inputs[1]]))
  return layerStatistics(masked).map(({ name, nonzeroParams }) => {
    const weight = weightOf.get(name) ?? ''
    const mask = masked.masks.get(weight)
    const graph = mask ? withMasksApplied({ ...source, masks: new Map([...source.masks, [weight, mask]]) }) : source
    return { name, before: before.get(name)?.nonzeroParams ?? 0, after: nonzeroParams, graph, blocked: null }
  })
}

async function plannedGroups(
  context: StepContext,
  candidates: readonly Candidate[],
  table: LatencyTable | undefined,
  sample: AccuracySample | undefined,
  base: number | undefined,
): Promise<readonly PlannedGroup[]> {
  const groups: PlannedGroup[] = []
  for (const [index, { graph, ...group }] of candidates.entries()) {
    context.progress({ label: 'pruning one group at a time', done: index, total: candidates.length, unit: 'groups' })
    const bytes = writeOnnx(graph)
    const accuracy = sample && group.blocked === null ? await sample.accuracy(graph) : null
    groups.push({
      ...group,
      params: parameterStatistics(graph).nonzeroParams,
      macs: macs(graph),
      sizeBytes: bytes.length,
      gzipBytes: gzipSize(bytes),
      predictedLatencyMs: table?.predict(graph) ?? null,
      accuracy,
      accuracyDrop: accuracy === null || base === undefined ? null : base - accuracy,
    })
  }
  return groups
}

async function costsOf(
  context: StepContext,
  before: Graph,
  after: Graph,
  table: LatencyTable | undefined,
): Promise<readonly NetworkCosts[]> {
  const measured = await measuredLatencies(context, [before, after])
  return [before, after].map((graph, index) => {
    const bytes = writeOnnx(graph)
    const { totalParams, nonzeroParams } = parameterStatistics(graph)
    return {
      params: totalParams,
      nonzeroParams,
      macs: macs(graph),
      sizeBytes: bytes.length,
      gzipBytes: gzipSize(bytes),
      predictedLatencyMs: table?.predict(graph) ?? null,
      measuredLatencyMs: measured[index]!,
    }
  })
}
