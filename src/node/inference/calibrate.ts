import { availableParallelism } from 'node:os'
import { NNOptError } from '../../shared/errors'
import { imageInput } from '../../core/graph/graph'
import type { Graph } from '../../core/graph/graph'
import { withOutputs, writeOnnx } from '../../core/onnx/index'
import { mergeStatistics } from '../../core/quantize/observers/statistics'
import type { TensorStatistics } from '../../core/quantize/observers/statistics'
import { startInferenceThread } from './inferenceWorker'
import type { InferenceThread } from './inferenceWorker'
import type { ImageBatch } from './protocol'

export interface CalibrationOptions {
  /** Whether any observer needs more than ranges. */
  readonly histogram: boolean
  /** Threads that run the model and collect, each on its own images. Default: the cores, at most 4. */
  readonly workers?: number
  readonly onProgress?: (images: number) => void
  readonly signal?: AbortSignal
}

/** Two images of 224×224 hold 14 million activations in a MobileNetV2: 110 MB of outputs at once. */
const pixelsPerRun = 2 * 224 * 224

/** Images a run, so that memory stays bounded whatever their size. Depends on the size alone: statistics are the same on every machine. */
export const calibrationBatchSize = (height: number, width: number): number => Math.max(1, Math.min(32, Math.floor(pixelsPerRun / (height * width))))

/**
 * Runs images through a float graph and returns the statistics of the observed values. Collecting happens in the inference threads, so
 * activations never cross threads. Throws `badInput` naming the value that is not finite, `cancelled` on abort.
 */
export async function calibrate(
  graph: Graph,
  observed: readonly string[],
  batches: AsyncIterable<ImageBatch>,
  { histogram, workers = Math.min(4, availableParallelism()), onProgress, signal }: CalibrationOptions,
): Promise<ReadonlyMap<string, TensorStatistics>> {
  const input = imageInput(graph).name
  const model = writeOnnx(withOutputs(graph, observed.filter((name) => name !== input)))
  const threads = Array.from({ length: workers }, startInferenceThread)
  try {
    await Promise.all(threads.map((thread) => thread.call('open', { session: 0, model, options: { threads: 1 } })))
    const take = sharedQueue(batches)
    let images = 0
    const advance = (count: number): void => {
      images += count
      onProgress?.(images)
    }
    const collectors = observed.map((name) => ({ name, histogram }))
    await Promise.all(threads.map((thread) => observeAll(thread, take, collectors, signal, advance)))
    if (images === 0) throw new NNOptError('badInput', 'calibration: expected at least one image, got none')
    return mergeAll(await Promise.all(threads.map((thread) => thread.call('statistics', { session: 0 }))))
  } finally {
    await Promise.all(threads.map((thread) => thread.close()))
  }
}

interface Numbered extends ImageBatch {
  readonly batch: number
}

type Take = () => Promise<Numbered | undefined>

/** Gives each batch to one taker, with its number; a generator's own queue keeps the order. */
function sharedQueue(batches: AsyncIterable<ImageBatch>): Take {
  const iterator = batches[Symbol.asyncIterator]()
  let [next, last]: [number, Promise<unknown>] = [0, Promise.resolve()]
  return () => {
    const taken = last.then(async () => {
      const { done, value } = await iterator.next()
      return done ? undefined : { ...value, batch: next++ }
    })
    last = taken.catch(() => undefined)
    return taken
  }
}

async function observeAll(thread: InferenceThread, take: Take, collectors: readonly { readonly name: string; readonly histogram: boolean }[], signal: AbortSignal | undefined, onImages: (count: number) => void): Promise<void> {
  for (let taken = await take(); taken; taken = await take()) {
    if (signal?.aborted) throw new NNOptError('cancelled', 'calibration stopped on request')
    await thread.call('observe', { session: 0, collectors, ...taken })
    onImages(taken.shape[0])
  }
}

function mergeAll(parts: readonly (readonly TensorStatistics[])[]): ReadonlyMap<string, TensorStatistics> {
  const merged = new Map<string, TensorStatistics>()
  for (const statistics of parts.flat()) {
    const known = merged.get(statistics.name)
    merged.set(statistics.name, known ? mergeStatistics(known, statistics) : statistics)
  }
  return merged
}
