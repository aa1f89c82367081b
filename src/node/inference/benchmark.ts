import { NNOptError } from '../../shared/errors'
import { createRandom } from '../../core/data/random'
import { bootstrapMedian, latencySummary, median } from '../../core/measure/latency'
import type { LatencySummary, MedianInterval } from '../../core/measure/latency'
import { busyShare, cpuInfo } from './cpu'
import type { CpuInfo } from './cpu'
import { createInferenceWorker } from './inferenceWorker'
import type { InferenceWorker } from './inferenceWorker'
import type { ImageBatch, ModelSource } from './protocol'

export interface BenchmarkModel {
  readonly id: string
  readonly model: ModelSource
  /** Shape of one image: [C, H, W]. */
  readonly imageShape: readonly number[]
}

export interface BenchmarkOptions {
  readonly batch: number
  readonly threads: number
  /** Rounds over all models; each contributes one throughput a model. */
  readonly rounds?: number
  /** Time that one model runs within a round. */
  readonly roundMs?: number
  readonly seed?: number
  readonly onProgress?: (round: number, rounds: number) => void
  readonly signal?: AbortSignal
}

export interface BenchmarkResult {
  readonly id: string
  readonly batch: number
  readonly threads: number
  /** Images a second; the interval is a 95 % bootstrap over the rounds. */
  readonly throughput: MedianInterval
  readonly latencyMs: LatencySummary
  /** Timed runs. */
  readonly samples: number
  readonly warnings: readonly string[]
}

export interface BenchmarkReport {
  readonly results: readonly BenchmarkResult[]
  readonly cpu: CpuInfo
}

interface Contestant {
  readonly id: string
  readonly worker: InferenceWorker
  readonly batch: ImageBatch
  /** Milliseconds of the timed runs, by round. */
  readonly rounds: Float64Array[]
  readonly runsPerRound: number
  readonly settlingRuns: number
}

/**
 * Compares models on this machine: same runtime, threads, batch and images for all. Each model is warmed up until its times are stable;
 * then rounds go over all of them in turn, in an order that changes, so that a machine that slows down slows all of them alike.
 */
export async function benchmark(models: readonly BenchmarkModel[], options: BenchmarkOptions): Promise<BenchmarkReport> {
  const { rounds = 12, onProgress, signal } = options
  const busyBefore = busyShare()
  const contestants: Contestant[] = []
  try {
    for (const model of models) contestants.push(await prepareContestant(model, options))
    for (let round = 0; round < rounds; round++) {
      for (const contestant of rotated(contestants, round)) {
        if (signal?.aborted) throw new NNOptError('cancelled', 'benchmark stopped on request')
        contestant.rounds.push(await timedRound(contestant))
      }
      onProgress?.(round + 1, rounds)
    }
    return { results: contestants.map((contestant) => resultOf(contestant, options, busyBefore)), cpu: cpuInfo() }
  } finally {
    await Promise.all(contestants.map(({ worker }) => worker.close()))
  }
}

const rotated = <T>(items: readonly T[], by: number): readonly T[] => items.map((_, index) => items[(index + by) % items.length])

/** After another model's turn caches are cold, and its idle threads still poll for work: runs of this time are not counted. */
const settlingMs = 30

async function timedRound({ worker, batch, runsPerRound, settlingRuns }: Contestant): Promise<Float64Array> {
  return (await worker.time(batch, settlingRuns + runsPerRound)).slice(settlingRuns)
}

async function prepareContestant({ id, model, imageShape }: BenchmarkModel, { batch: size, threads, roundMs = 400, seed = 0 }: BenchmarkOptions): Promise<Contestant> {
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

/** Above this share of busy cores before the start, other programs disturb the measurement. */
const busyLimit = 0.4
/** An interval wider than this share of the median says that the machine was not steady. */
const wideInterval = 0.1

function resultOf({ id, rounds }: Contestant, { batch, threads, seed = 0 }: BenchmarkOptions, busyBefore: number): BenchmarkResult {
  const throughputs = rounds.map((times) => (batch * times.length * 1000) / times.reduce((sum, ms) => sum + ms, 0))
  const throughput = bootstrapMedian(throughputs, createRandom(seed).uniform)
  const latencies = rounds.flatMap((times) => [...times])
  const warnings = [
    ...(busyBefore > busyLimit ? [`the machine was busy before the start (load ${busyBefore.toFixed(2)} a core): close other programs and measure again`] : []),
    ...(throughput.high - throughput.low > wideInterval * throughput.median ? ['times varied by more than 10 % between rounds'] : []),
  ]
  return { id, batch, threads, throughput, latencyMs: latencySummary(latencies), samples: latencies.length, warnings }
}
