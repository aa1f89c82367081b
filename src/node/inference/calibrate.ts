import { availableParallelism } from 'node:os'
import { NNOptError } from '../../shared/errors'
import { imageInput, producers } from '../../core/graph/graph'
import type { Graph } from '../../core/graph/graph'
import { withOutputs, writeOnnx } from '../../core/onnx/index'
import { mergeChannels } from '../../core/quantize/observers/channelStatistics'
import type { ChannelStatistics } from '../../core/quantize/observers/channelStatistics'
import { mergeStatistics } from '../../core/quantize/observers/statistics'
import type { TensorStatistics } from '../../core/quantize/observers/statistics'
import { startInferenceThread } from './inferenceWorker'
import type { InferenceThread } from './inferenceWorker'
import type { ImageBatch } from './messages'

export interface CalibrationOptions {
  /** Whether any observer needs more than ranges. */
  readonly histogram: boolean
  /** Threads that run the model and collect statistics, each on its own images. Default: the cores, at most 4. */
  readonly workers?: number
  readonly onProgress?: (images: number) => void
  readonly signal?: AbortSignal
}

/** Two 224×224 images produce 14 million activations in a MobileNetV2: 110 MB of outputs at once. */
const pixelsPerRun = 2 * 224 * 224

/**
 * Images per run, to bound memory for any image size. Depends only on the size, so statistics are the same on every
 * machine.
 */
export const calibrationBatchSize = (height: number, width: number): number =>
  Math.max(1, Math.min(32, Math.floor(pixelsPerRun / (height * width))))

/**
 * Runs images through a float graph and returns statistics of the observed values. They are collected in the inference
 * threads, so activations never cross threads. Throws `badInput` with the name of a non-finite value, and `cancelled`
 * on abort.
 */
export async function calibrate(
  graph: Graph,
  observed: readonly string[],
  batches: AsyncIterable<ImageBatch>,
  options: CalibrationOptions,
): Promise<ReadonlyMap<string, TensorStatistics>> {
  const collectors = observed.map((name) => ({ name, histogram: options.histogram }))
  const parts = await throughThreads(graph, observed, batches, options, {
    observe: (thread, taken) => thread.call('observe', { session, collectors, ...taken }),
    collect: (thread) => thread.call('statistics', { session }),
  })
  return merged(parts, mergeStatistics)
}

/** The same per channel of each value, as equalization needs it. */
export async function observeChannels(
  graph: Graph,
  values: readonly string[],
  batches: AsyncIterable<ImageBatch>,
  options: Omit<CalibrationOptions, 'histogram'>,
): Promise<ReadonlyMap<string, ChannelStatistics>> {
  const parts = await throughThreads(graph, values, batches, options, {
    observe: (thread, taken) => thread.call('observeChannels', { session, values, ...taken }),
    collect: (thread) => thread.call('channelStatistics', { session }),
  })
  return merged(parts, mergeChannels)
}

/** The single session of each thread. */
const session = 0

interface Work<T> {
  observe(thread: InferenceThread, taken: Numbered): Promise<unknown>
  collect(thread: InferenceThread): Promise<T>
}

async function throughThreads<T>(
  graph: Graph,
  values: readonly string[],
  batches: AsyncIterable<ImageBatch>,
  { workers = defaultWorkers(), onProgress, signal }: Omit<CalibrationOptions, 'histogram'>,
  work: Work<T>,
): Promise<readonly T[]> {
  const input = imageInput(graph).name
  const model = writeOnnx(
    withOutputs(
      graph,
      values.filter((name) => name !== input),
    ),
  )
  const threads = Array.from({ length: workers }, startInferenceThread)
  try {
    await Promise.all(threads.map((thread) => thread.call('open', { session, model, options: { threads: 1 } })))
    const take = sharedQueue(batches)
    let images = 0
    const observeAll = async (thread: InferenceThread): Promise<void> => {
      for (let taken = await take(); taken; taken = await take()) {
        if (signal?.aborted) throw new NNOptError('cancelled', 'calibration stopped on request')
        await work.observe(thread, taken).catch((error: unknown) => Promise.reject(namingLayer(graph, error)))
        images += taken.shape[0]!
        onProgress?.(images)
      }
    }
    await Promise.all(threads.map(observeAll))
    if (images === 0)
      throw new NNOptError(
        'badInput',
        'calibration: expected at least one image, got none; check --calibration-samples and the dataset',
      )
    return await Promise.all(threads.map(work.collect))
  } finally {
    await Promise.all(threads.map((thread) => thread.close()))
  }
}

/** A non-finite value is identified by name; users look for the layer that produced it. */
function namingLayer(graph: Graph, error: unknown): unknown {
  if (!(error instanceof NNOptError) || typeof error.details?.tensor !== 'string') return error
  const layer = producers(graph).get(error.details.tensor)
  return layer
    ? new NNOptError(error.code, `layer '${layer.name}' (${layer.op}): ${error.message}`, {
        ...error.details,
        layer: layer.name,
      })
    : error
}

const defaultWorkers = (): number => Math.min(4, availableParallelism())

interface Numbered extends ImageBatch {
  readonly batch: number
}

type Take = () => Promise<Numbered | undefined>

/** Gives each batch to one worker, with the index of its first image. */
function sharedQueue(batches: AsyncIterable<ImageBatch>): Take {
  const iterator = batches[Symbol.asyncIterator]()
  let [next, last]: [number, Promise<unknown>] = [0, Promise.resolve()]
  return () => {
    const taken = last.then(async () => {
      const { done, value } = await iterator.next()
      if (done) return undefined
      const batch = next
      next += value.shape[0]!
      return { ...value, batch }
    })
    last = taken.catch(() => undefined)
    return taken
  }
}

function merged<V extends { readonly name: string }>(
  parts: readonly (readonly V[])[],
  merge: (a: V, b: V) => V,
): ReadonlyMap<string, V> {
  const byName = new Map<string, V>()
  for (const part of parts.flat()) {
    const known = byName.get(part.name)
    byName.set(part.name, known === undefined ? part : merge(known, part))
  }
  return byName
}
