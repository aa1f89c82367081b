import { createRandom } from '../../../core/data/random'
import { median } from '../../../core/measure/latency'
import type { Engine, ModelForm } from '../../../shared/types'
import { createInferenceWorker } from '../inferenceWorker'
import type { InferenceWorker } from '../inferenceWorker'
import type { ImageBatch, ModelSource, SessionOptions } from '../messages'

export interface BenchmarkModel {
  readonly id: string
  readonly model: ModelSource
  /** Shape of one image: [C, H, W]. */
  readonly imageShape: readonly number[]
}

/** A model and how to run it. */
export interface BenchmarkEntry extends BenchmarkModel {
  readonly engine: Engine
  /** What `model` is, relative to the version's own file. */
  readonly form: ModelForm
  /** Parallel sessions, and intra-op threads of each. */
  readonly sessions: number
  readonly threads: number
  readonly batch: number
  /** Additional onnxruntime configuration. */
  readonly settings?: SessionOptions['entries']
}

/** A warmed-up model that takes its turns. */
export interface Contestant {
  readonly entry: BenchmarkEntry
  readonly workers: readonly InferenceWorker[]
  readonly images: ImageBatch
  /** Milliseconds of the timed runs, by round; several sessions are concatenated. */
  readonly rounds: Float64Array[]
  readonly runsPerRound: number
  readonly settlingRuns: number
}

export interface ContestantOptions {
  readonly roundMs?: number | undefined
  readonly seed: number
}

/**
 * After another model's turn, caches are cold and its idle threads still spin; runs within this time are not counted.
 */
const settlingMs = 30

export async function timedRound({ workers, images, runsPerRound, settlingRuns }: Contestant): Promise<Float64Array> {
  const times = await timeAll(workers, images, settlingRuns + runsPerRound)
  return Float64Array.from(times.flatMap((each) => [...each.slice(settlingRuns)]))
}

const timeAll = (
  workers: readonly InferenceWorker[],
  images: ImageBatch,
  runs: number,
): Promise<readonly Float64Array[]> => Promise.all(workers.map((worker) => worker.time(images, runs)))

/** Images per second in each round; all sessions ran throughout. */
export const throughputs = ({ entry: { batch, sessions }, rounds }: Contestant): readonly number[] =>
  rounds.map((times) => (sessions * batch * times.length * 1000) / times.reduce((sum, ms) => sum + ms, 0))

/**
 * Opens a model and runs noise through it until its times are stable. Throws `badInput` if the model expects another
 * shape.
 */
export async function prepareContestant(
  entry: BenchmarkEntry,
  { roundMs = 400, seed }: ContestantOptions,
): Promise<Contestant> {
  const workers: InferenceWorker[] = []
  try {
    while (workers.length < entry.sessions)
      workers.push(
        await createInferenceWorker(entry.model, {
          threads: entry.threads,
          engine: entry.engine,
          ...(entry.settings && { entries: entry.settings }),
        }),
      )
    const images = noise([entry.batch, ...entry.imageShape], seed)
    const stableMs = await warmUp(workers, images)
    return {
      entry,
      workers,
      images,
      rounds: [],
      runsPerRound: Math.max(1, Math.round(roundMs / stableMs)),
      settlingRuns: Math.ceil(settlingMs / stableMs),
    }
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.close()))
    throw error
  }
}

/** In shared memory: all sessions read the same values, and no turn starts with a copy. */
function noise(shape: readonly number[], seed: number): ImageBatch {
  const images = new Float32Array(
    new SharedArrayBuffer(shape.reduce((product, dim) => product * dim, Float32Array.BYTES_PER_ELEMENT)),
  )
  const random = createRandom(seed)
  for (let index = 0; index < images.length; index++) images[index] = random.normal()
  return { images, shape }
}

const warmupRuns = 5
/** Timings are stable if the medians of consecutive groups differ by less than this. */
const stability = 0.03
const longestWarmup = 12

/** Runs groups until two in a row agree; returns the milliseconds per run. */
async function warmUp(workers: readonly InferenceWorker[], images: ImageBatch): Promise<number> {
  let previous = Infinity
  for (let group = 0; group < longestWarmup; group++) {
    const current = median((await timeAll(workers, images, warmupRuns)).flatMap((times) => [...times]))
    if (Math.abs(current - previous) < stability * current) return current
    previous = current
  }
  return previous
}
