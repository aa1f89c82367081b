import { NNOptError } from '../../../shared/errors'
import { createRandom } from '../../../core/data/random'
import { bootstrapMedian, latencySummary } from '../../../core/measure/latency'
import type { LatencySummary, MedianInterval } from '../../../core/measure/latency'
import { compareThroughput } from '../../../core/measure/throughput'
import type { ThroughputComparison } from '../../../core/measure/throughput'
import { cpuInfo, cpuState } from '../cpu'
import type { CpuInfo, CpuState } from '../cpu'
import { prepareContestant, timedRound } from './contestant'
import type { BenchmarkModel, Contestant } from './contestant'
import { disturbance, idleLoad, watchLoad } from './machineLoad'

export type { BenchmarkModel } from './contestant'

export interface BenchmarkOptions {
  /** Every pair of these is measured. */
  readonly batches: readonly number[]
  readonly threads: readonly number[]
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
  /** Every timed run, round by round. */
  readonly roundsMs: readonly (readonly number[])[]
  readonly warnings: readonly string[]
}

/** A model against the first one, at the same batch and threads. */
export interface BenchmarkComparison extends ThroughputComparison {
  readonly id: string
  readonly to: string
  readonly batch: number
  readonly threads: number
}

export interface BenchmarkReport {
  readonly results: readonly BenchmarkResult[]
  readonly comparisons: readonly BenchmarkComparison[]
  readonly cpu: CpuInfo & CpuState
}

interface Cell {
  readonly batch: number
  readonly threads: number
}

/**
 * Compares models on this machine: same runtime, threads, batch and images for all. Each model is warmed up until its times are stable;
 * then rounds go over all of them in turn, in an order that changes, so that a machine that slows down slows all of them alike.
 */
export async function benchmark(models: readonly BenchmarkModel[], options: BenchmarkOptions): Promise<BenchmarkReport> {
  const { rounds = defaultRounds, onProgress } = options
  const cells = options.batches.flatMap((batch) => options.threads.map((threads): Cell => ({ batch, threads })))
  const before = disturbance('before the start', await idleLoad())
  const measured: CellReport[] = []
  for (const [index, cell] of cells.entries()) {
    measured.push(await measureCell(models, cell, { ...options, rounds, onProgress: (round) => onProgress?.(index * rounds + round, cells.length * rounds) }))
  }
  const results = measured.flatMap((part) => part.results).map((result) => ({ ...result, warnings: [...before, ...result.warnings] }))
  return { results, comparisons: measured.flatMap((part) => part.comparisons), cpu: { ...cpuInfo(), ...cpuState() } }
}

const defaultRounds = 12

type CellReport = Pick<BenchmarkReport, 'results' | 'comparisons'>

async function measureCell(models: readonly BenchmarkModel[], cell: Cell, { rounds, roundMs, seed = 0, onProgress, signal }: BenchmarkOptions & { readonly rounds: number }): Promise<CellReport> {
  const contestants: Contestant[] = []
  try {
    for (const model of models) contestants.push(await prepareContestant(model, { ...cell, roundMs, seed }))
    const load = watchLoad()
    for (let round = 0; round < rounds; round++) {
      for (const contestant of rotated(contestants, round)) {
        if (signal?.aborted) throw new NNOptError('cancelled', 'benchmark stopped on request')
        contestant.rounds.push(await timedRound(contestant))
      }
      onProgress?.(round + 1, rounds)
    }
    const during = disturbance('during the measurement', load())
    return { results: contestants.map((contestant) => resultOf(contestant, cell, seed, during)), comparisons: comparisonsOf(contestants, cell, seed) }
  } finally {
    await Promise.all(contestants.map(({ worker }) => worker.close()))
  }
}

const rotated = <T>(items: readonly T[], by: number): readonly T[] => items.map((_, index) => items[(index + by) % items.length])

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)

/** Images a second, one figure a round. */
const throughputs = ({ rounds }: Contestant, { batch }: Cell): readonly number[] => rounds.map((times) => (batch * times.length * 1000) / sum(times))

/** An interval wider than this share of the median says that the machine was not steady. */
const wideInterval = 0.1

function resultOf(contestant: Contestant, cell: Cell, seed: number, disturbances: readonly string[]): BenchmarkResult {
  const throughput = bootstrapMedian(throughputs(contestant, cell), createRandom(seed).uniform)
  const latencies = contestant.rounds.flatMap((times) => [...times])
  const varied = throughput.high - throughput.low > wideInterval * throughput.median ? ['times varied by more than 10 % between rounds'] : []
  return { id: contestant.id, ...cell, throughput, latencyMs: latencySummary(latencies), samples: latencies.length, roundsMs: contestant.rounds.map(rounded), warnings: [...disturbances, ...varied] }
}

/** To the microsecond: finer digits are noise of the clock. */
const rounded = (times: Float64Array): readonly number[] => Array.from(times, (ms) => Math.round(ms * 1000) / 1000)

function comparisonsOf([first, ...others]: readonly Contestant[], cell: Cell, seed: number): readonly BenchmarkComparison[] {
  return others.map((other) => ({ id: other.id, to: first.id, ...cell, ...compareThroughput(throughputs(first, cell), throughputs(other, cell), createRandom(seed).uniform) }))
}
