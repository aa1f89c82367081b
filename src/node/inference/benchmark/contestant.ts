import { createRandom } from '../../../core/data/random'
import { median } from '../../../core/measure/latency'
import { createInferenceWorker } from '../inferenceWorker'
import type { InferenceWorker } from '../inferenceWorker'
import type { ImageBatch, ModelSource } from '../protocol'

export interface BenchmarkModel {
  readonly id: string
  readonly model: ModelSource
  /** Shape of one image: [C, H, W]. */
  readonly imageShape: readonly number[]
}

/** A model that is warm and takes its turns. */
export interface Contestant {
  readonly id: string
  readonly worker: InferenceWorker
  readonly batch: ImageBatch
  /** Milliseconds of the timed runs, by round. */
  readonly rounds: Float64Array[]
  readonly runsPerRound: number
  readonly settlingRuns: number
}

export interface ContestantOptions {
  readonly batch: number
  readonly threads: number
  readonly roundMs?: number | undefined
  readonly seed: number
}

/** After another model's turn caches are cold, and its idle threads still poll for work: runs of this time are not counted. */
const settlingMs = 30

export async function timedRound({ worker, batch, runsPerRound, settlingRuns }: Contestant): Promise<Float64Array> {
  return (await worker.time(batch, settlingRuns + runsPerRound)).slice(settlingRuns)
}

/** Opens a model and runs noise through it until its times are stable. Throws `badInput` where the model takes another shape. */
export async function prepareContestant({ id, model, imageShape }: BenchmarkModel, { batch: size, threads, roundMs = 400, seed }: ContestantOptions): Promise<Contestant> {
  const worker = await createInferenceWorker(model, { threads })
  try {
    const shape = [size, ...imageShape]
    const random = createRandom(seed)
    const images = Float32Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, () => random.normal())
    const batch = { images, shape }
    const stableMs = await warmUp(worker, batch)
    return { id, worker, batch, rounds: [], runsPerRound: Math.max(1, Math.round(roundMs / stableMs)), settlingRuns: Math.ceil(settlingMs / stableMs) }
  } catch (error) {
    await worker.close()
    throw error
  }
}

const warmupRuns = 5
/** Medians of consecutive groups of runs that differ by less count as stable. */
const stability = 0.03
const longestWarmup = 12

/** Runs groups until two in a row agree; returns the milliseconds of a run. */
async function warmUp(worker: InferenceWorker, batch: ImageBatch): Promise<number> {
  let previous = Infinity
  for (let group = 0; group < longestWarmup; group++) {
    const current = median(await worker.time(batch, warmupRuns))
    if (Math.abs(current - previous) < stability * current) return current
    previous = current
  }
  return previous
}
