import type { Graph } from '../../../../core/graph/graph'
import { writeOnnx } from '../../../../core/onnx/index'
import { methodOf } from '../../../../core/prune/config'
import type { Saliencies } from '../../../../core/prune/scores'
import type { Version } from '../../../../shared/types'
import { createInferenceWorker } from '../../../inference/inferenceWorker'
import type { LatencyTable } from '../../../inference/latencyTable'
import { randomImages } from '../../../inference/randomImages'
import type { StepContext } from '../../step'
import type { PruneParams } from './parameters'
import { assertExact, costs, cutChannels, maskGraph, referenceOf, targetOf } from './pruneGraph'
import type { CutGraph, CutGroup, Progress } from './pruneGraph'
import { cutToLatency, latencyTable } from './pruneLatency'
import { gradientsOf } from './fineTune'

/** A graph with fewer weights or channels; `cut` where channels went. */
export interface Smaller {
  readonly graph: Graph
  readonly groups: readonly CutGroup[]
  readonly cut?: CutGraph
}

export interface Pruner {
  prune(graph: Graph, progress: Progress): Promise<Smaller>
  /** Measured on the whole network, once. */
  table(): Promise<LatencyTable>
}

/** Prunes as a step's parameters say; amounts refer to `source`. */
export function createPruner(context: StepContext, params: PruneParams, parent: Version, source: Graph): Pruner {
  const { structured } = methodOf(params)
  let measured: Promise<LatencyTable> | undefined
  const table = (): Promise<LatencyTable> => (measured ??= latencyTable(context, source))
  const cutOnce = async (graph: Graph, progress: Progress, saliencies: Saliencies | undefined): Promise<CutGraph> => {
    const target = params.keep?.target ?? 'macs'
    if (target === 'latency') return cutToLatency(context, params, source, graph, progress, await table(), saliencies)
    return cutChannels(
      graph,
      params,
      progress,
      targetOf(params, progress.after, costs[target], costs[target](source)),
      saliencies,
    )
  }
  return {
    table,
    async prune(graph, progress) {
      if (!structured) return { graph: maskGraph(graph, params, progress.after), groups: [] }
      const saliencies = params.importance.needsGradients
        ? await gradientsOf(context, params, parent, graph)
        : undefined
      const cut = await cutOnce(graph, progress, saliencies)
      await report(context, params, cut)
      return { graph: cut.graph, groups: cut.groups, cut }
    },
  }
}

async function report({ log }: StepContext, { keep }: PruneParams, cut: CutGraph): Promise<void> {
  for (const { name, blocked } of cut.dependencies.groups)
    if (blocked !== undefined) log(`${name} is not pruned: ${blocked}`)
  const error = await exactness(cut)
  const kept = keep === undefined ? '' : `${(cut.choice.kept * 100).toFixed(1)}% of ${keep.target} kept; `
  log(`${kept}scores match those of the original network to within ${error.toExponential(1)} of the largest`)
}

/** Runs the cut network and the whole one with the same channels at zero on random images. Throws `internal` where they disagree. */
async function exactness(result: CutGraph): Promise<number> {
  const { images, shape } = randomImages(result.graph, 2)
  const logits = async (graph: Graph): Promise<Float32Array> => {
    const worker = await createInferenceWorker(writeOnnx(graph), { threads: 1 })
    try {
      return Object.values((await worker.run(images.slice(), shape)).outputs)[0]!.data
    } finally {
      await worker.close()
    }
  }
  return assertExact(await logits(result.graph), await logits(referenceOf(result)))
}
