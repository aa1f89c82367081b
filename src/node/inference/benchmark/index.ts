import { NNOptError } from '../../../shared/errors'
import { createRandom } from '../../../core/data/random'
import { bootstrapMedian, latencySummary } from '../../../core/measure/latency'
import type { LatencySummary, MedianInterval } from '../../../core/measure/latency'
import { compareThroughput } from '../../../core/measure/throughput'
import type { ThroughputComparison } from '../../../core/measure/throughput'
import { cpuInfo, cpuState } from '../cpu'
import type { CpuInfo, CpuState } from '../cpu'
import { prepareContestant, throughputs, timedRound } from './contestant'
import type { BenchmarkEntry, BenchmarkModel, Contestant } from './contestant'
import { disturbance, idleLoad, isQuiet, watchLoad } from './machineLoad'

export type { BenchmarkEntry, BenchmarkModel } from './contestant'

export interface BenchmarkOptions {
  /**
   * Minimum number of rounds over all models; each gives one throughput per model. While an interval is wide on a quiet
   * machine, up to four times as many follow.
   */
  readonly rounds?: number
  /** Time that one model runs in a round. */
  readonly roundMs?: number
  readonly seed?: number
  readonly onProgress?: (round: number, rounds: number) => void
  readonly signal?: AbortSignal
}

/** Batch sizes and thread counts; every combination is measured. */
export interface BenchmarkCells {
  readonly batches: readonly number[]
  readonly threads: readonly number[]
}

export interface BenchmarkResult extends Pick<
  BenchmarkEntry,
  'id' | 'batch' | 'threads' | 'engine' | 'form' | 'sessions'
> {
  /** Images a second; the interval is a 95% bootstrap over the rounds. */
  readonly throughput: MedianInterval
  readonly latencyMs: LatencySummary
  /** Timed runs. */
  readonly samples: number
  /** Every timed run, by round. */
  readonly roundsMs: readonly (readonly number[])[]
  readonly warnings: readonly string[]
}

/** A model compared with the first of its group, each with its own batch size and threads. */
export interface BenchmarkComparison extends ThroughputComparison, Pick<BenchmarkEntry, 'id' | 'batch' | 'threads'> {
  readonly to: string
}

export interface BenchmarkReport {
  readonly results: readonly BenchmarkResult[]
  readonly comparisons: readonly BenchmarkComparison[]
  readonly cpu: CpuInfo &
    CpuState & { /** Cores kept busy by other programs before the start. */ readonly otherLoad: number }
}

/** Compares models with the same runtime, threads, batch size and images. */
export function benchmark(
  models: readonly BenchmarkModel[],
  { batches, threads, ...options }: BenchmarkOptions & BenchmarkCells,
): Promise<BenchmarkReport> {
  const groups = batches.flatMap((batch) =>
    threads.map((each) =>
      models.map((model): BenchmarkEntry => ({
        ...model,
        batch,
        threads: each,
        sessions: 1,
        engine: 'onnxruntime',
        form: 'original',
      })),
    ),
  )
  return benchmarkGroups(groups, options)
}

/**
 * Compares the entries of each group on this machine. Each is warmed up until its times are stable. Rounds then take
 * turns over all of them, in changing order, so that a slowdown of the machine affects all alike.
 */
export async function benchmarkGroups(
  groups: readonly (readonly BenchmarkEntry[])[],
  options: BenchmarkOptions = {},
): Promise<BenchmarkReport> {
  const { rounds = defaultRounds, onProgress } = options
  const load = await idleLoad()
  const before = disturbance('before the start', load)
  const measured: GroupReport[] = []
  let done = 0
  for (const [index, entries] of groups.entries()) {
    const toCome = (groups.length - index - 1) * rounds
    measured.push(
      await measureGroup(entries, {
        ...options,
        rounds,
        onProgress: (round, planned) => onProgress?.(++done, done + planned - round + toCome),
      }),
    )
  }
  const results = measured
    .flatMap((part) => part.results)
    .map((result) => ({ ...result, warnings: [...before, ...result.warnings] }))
  return {
    results,
    comparisons: measured.flatMap((part) => part.comparisons),
    cpu: { ...cpuInfo(), ...cpuState(), otherLoad: load.others },
  }
}

const defaultRounds = 12

type GroupReport = Pick<BenchmarkReport, 'results' | 'comparisons'>

async function measureGroup(
  entries: readonly BenchmarkEntry[],
  { rounds, roundMs, seed = 0, onProgress, signal }: BenchmarkOptions & { readonly rounds: number },
): Promise<GroupReport> {
  const contestants: Contestant[] = []
  try {
    for (const entry of entries) contestants.push(await prepareContestant(entry, { roundMs, seed }))
    const load = watchLoad()
    for (
      let round = 0;
      round < rounds || (round < mostTimes * rounds && isQuiet(load()) && !contestants.every(isSettled));
      round++
    ) {
      for (const contestant of rotated(contestants, round)) {
        if (signal?.aborted) throw new NNOptError('cancelled', 'benchmark stopped on request')
        contestant.rounds.push(await timedRound(contestant))
      }
      onProgress?.(round + 1, Math.max(round + 1, rounds))
    }
    const during = disturbance('during the measurement', load())
    return {
      results: contestants.map((contestant) => resultOf(contestant, seed, during)),
      comparisons: comparisonsOf(contestants, seed),
    }
  } finally {
    await Promise.all(contestants.flatMap(({ workers }) => workers.map((worker) => worker.close())))
  }
}

/** Maximum multiple of the requested rounds if intervals stay wide. */
const mostTimes = 4
/** Target width of an interval relative to the median: the difference to expect between two runs on a quiet machine. */
const narrowInterval = 0.03

function isSettled(contestant: Contestant): boolean {
  const { median, low, high } = bootstrapMedian(throughputs(contestant), createRandom(0).uniform)
  return high - low <= narrowInterval * median
}

const rotated = <T>(items: readonly T[], by: number): readonly T[] =>
  items.map((_, index) => items[(index + by) % items.length]!)

/** An interval wider than this, relative to the median, means that the machine was not steady. */
const wideInterval = 0.1

function resultOf(contestant: Contestant, seed: number, disturbances: readonly string[]): BenchmarkResult {
  const { id, batch, threads, engine, form, sessions } = contestant.entry
  const throughput = bootstrapMedian(throughputs(contestant), createRandom(seed).uniform)
  const latencies = contestant.rounds.flatMap((times) => [...times])
  const varied =
    throughput.high - throughput.low > wideInterval * throughput.median
      ? ['times varied by more than 10% between rounds']
      : []
  return {
    id,
    batch,
    threads,
    engine,
    form,
    sessions,
    throughput,
    latencyMs: latencySummary(latencies),
    samples: latencies.length,
    roundsMs: contestant.rounds.map(rounded),
    warnings: [...disturbances, ...varied],
  }
}

/** To the microsecond: finer digits are clock noise. */
const rounded = (times: Float64Array): readonly number[] => Array.from(times, (ms) => Math.round(ms * 1000) / 1000)

function comparisonsOf(contestants: readonly Contestant[], seed: number): readonly BenchmarkComparison[] {
  const [first, ...others] = contestants
  if (!first) return []
  return others.map((other) => {
    const { id, batch, threads } = other.entry
    return {
      id,
      to: first.entry.id,
      batch,
      threads,
      ...compareThroughput(throughputs(first), throughputs(other), createRandom(seed).uniform),
    }
  })
}
