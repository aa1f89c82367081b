import { availableParallelism } from 'node:os'
import type { Graph } from '../../../../core/graph/graph'
import { imageInput } from '../../../../core/graph/graph'
import { writeOnnx } from '../../../../core/onnx/index'
import type { Saliencies } from '../../../../core/prune/scores'
import { tolerance } from '../../../../core/prune/structured'
import { atLeast } from '../../../../shared/atLeast'
import { NNOptError } from '../../../../shared/errors'
import { benchmark } from '../../../inference/benchmark'
import { measureLatencyTable } from '../../../inference/latencyTable'
import type { LatencyTable } from '../../../inference/latencyTable'
import { claimMachine } from '../../../locks/machineLock'
import type { StepContext } from '../../step'
import type { PruneParams } from './parameters'
import { cutChannels } from './pruneGraph'
import type { CutGraph, Progress } from './pruneGraph'

const rounds = 8
const roundMs = 150

/** Long work of others, such as a training, is not waited for: networks that are compared take turns. */
const patienceMs = 10_000

/** Whoever measures: it can be stopped, says what it does, and passes warnings on. */
export type Measuring = Pick<StepContext, 'signal' | 'progress' | 'warn'>

/** Runs something while nothing else of this program does, where that can be had soon. */
async function alone<T>({ signal, progress, warn }: Measuring, action: () => Promise<T>): Promise<T> {
  const release = await claimMachine('exclusive', {
    signal,
    patienceMs,
    onWait: () => progress({ label: 'waiting for other runs to finish', done: 0 }),
    onGiveUp: () => warn('latency was measured while this program was doing other work: measure again when it is idle'),
  })
  try {
    return await action()
  } finally {
    release()
  }
}

export const latencyTable = (context: Measuring, graph: Graph): Promise<LatencyTable> =>
  alone(context, () =>
    measureLatencyTable(graph, {
      threads: availableParallelism(),
      signal: context.signal,
      onProgress: (done, total) => context.progress({ label: 'measuring layers', done, total, unit: 'layers' }),
    }),
  )

/** Median milliseconds of one image for each of several networks that take turns. */
export async function measuredLatencies(context: Measuring, graphs: readonly Graph[]): Promise<readonly number[]> {
  const models = graphs.map((graph, index) => ({
    id: String(index),
    model: writeOnnx(graph),
    imageShape: imageInput(graph).shape.slice(1).map(Number),
  }))
  context.progress({ label: 'measuring', done: 0 })
  const { results } = await alone(context, () =>
    benchmark(models, { batches: [1], threads: [availableParallelism()], rounds, roundMs, signal: context.signal }),
  )
  return results.map(({ latencyMs }) => latencyMs.p50)
}

const attempts = 5

/** Cuts by the table, measures what came out, and corrects the aim until the measured share is the one that was asked for. Warns where it stays off. */
export async function cutToLatency(
  context: StepContext,
  params: PruneParams,
  source: Graph,
  graph: Graph,
  progress: Progress,
  table: LatencyTable,
  saliencies?: Saliencies,
): Promise<CutGraph> {
  const wanted = 1 - (1 - (params.keep?.share ?? 1)) * progress.after
  const tried: { readonly result: CutGraph; readonly measured: number }[] = []
  let aim = wanted
  for (let attempt = 0; attempt < attempts; attempt++) {
    const result = tryCut(
      () =>
        cutChannels(
          graph,
          params,
          progress,
          { name: 'latency', keep: wanted, cost: table.predict, whole: (table.wholeMs * aim) / wanted },
          saliencies,
        ),
      attempt,
    )
    if (!result) break
    const [before, after] = atLeast(2, await measuredLatencies(context, [source, result.graph]))
    const measured = after / before
    tried.push({ result, measured })
    context.log(`latency: ${(measured * 100).toFixed(1)}% measured, ${(wanted * 100).toFixed(1)}% wanted`)
    if (measured <= wanted + tolerance.above && measured >= wanted - tolerance.below)
      return { ...result, choice: { ...result.choice, kept: measured } }
    aim *= Math.min(1.5, Math.max(0.5, (wanted - tolerance.below / 4) / measured))
  }
  const [{ result, measured }] = atLeast(
    1,
    tried.toSorted((a, b) => Math.abs(a.measured - wanted) - Math.abs(b.measured - wanted)),
  )
  context.warn(
    `latency=${wanted.toFixed(2)}: the closest measured result keeps ${(measured * 100).toFixed(1)}% of the latency on this CPU`,
  )
  return { ...result, choice: { ...result.choice, kept: measured } }
}

/** An aim beyond what can be cut ends the search, unless it is the first one. */
function tryCut(cut: () => CutGraph, attempt: number): CutGraph | undefined {
  try {
    return cut()
  } catch (error) {
    if (attempt > 0 && error instanceof NNOptError && error.code === 'wrongCall') return undefined
    throw error
  }
}
