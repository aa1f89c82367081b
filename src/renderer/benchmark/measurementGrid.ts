import type { Benchmark, StoredBenchmark, Version } from '../../shared/types'

/** A batch size and a number of threads. */
export interface Cell {
  readonly batch: number
  readonly threads: number
}

export interface MeasuredVersion {
  readonly version: Version
  readonly benchmark: Benchmark
}

export interface GridRow {
  readonly version: Version
  /** The latest measurement of each cell, by `cellKey`. */
  readonly newest: ReadonlyMap<string, Benchmark>
  /** When the latest of them was made. */
  readonly at: string | undefined
}

/** The latest measurement of every version in every cell. */
export interface MeasurementGrid {
  readonly rows: readonly GridRow[]
  readonly batches: readonly number[]
  readonly threads: readonly number[]
  readonly all: readonly Benchmark[]
  /** Cells that were measured. */
  readonly cells: readonly Cell[]
}

/** A version with all its measurements, newest first. */
export interface VersionMeasurements {
  readonly version: Version
  readonly benchmarks: readonly StoredBenchmark[]
}

export const cellKey = ({ batch, threads }: Cell): string => `${batch}/${threads}`

const ascending = (values: readonly number[]): readonly number[] => [...new Set(values)].sort((a, b) => a - b)

export function gridOf(measured: readonly VersionMeasurements[]): MeasurementGrid {
  const rows = measured.map(rowOf)
  const all = rows.flatMap(({ newest }) => [...newest.values()])
  const [batches, counts] = [
    ascending(all.map(({ batchSize }) => batchSize)),
    ascending(all.map(({ threads }) => threads)),
  ]
  const cells = counts
    .flatMap((threads) => batches.map((batch) => ({ batch, threads })))
    .filter((cell) => rows.some(({ newest }) => newest.has(cellKey(cell))))
  return { rows, batches, threads: counts, all, cells }
}

function rowOf({ version, benchmarks }: VersionMeasurements): GridRow {
  const inGrid = benchmarks.filter(({ benchmark }) => !benchmark.layout?.tuned)
  const oldestFirst = [...inGrid].reverse()
  const newest = new Map(
    oldestFirst.map(({ benchmark }) => [
      cellKey({ batch: benchmark.batchSize, threads: benchmark.threads }),
      benchmark,
    ]),
  )
  return { version, newest, at: inGrid[0]?.createdAt }
}

/** What was measured in a cell, by version. */
export const measuredIn = ({ rows }: MeasurementGrid, cell: Cell): readonly MeasuredVersion[] =>
  rows.flatMap(({ version, newest }) => {
    const benchmark = newest.get(cellKey(cell))
    return benchmark ? [{ version, benchmark }] : []
  })

/** The latest measurement of each version in its own configurations: throughput and single image. */
export const inOwnConfigurations = (measured: readonly VersionMeasurements[]): readonly MeasuredVersion[] =>
  measured.flatMap(({ version, benchmarks }) => {
    const own = benchmarks.filter(({ benchmark }) => benchmark.layout?.tuned)
    return own
      .filter(({ createdAt }) => createdAt === own[0]?.createdAt)
      .map(({ benchmark }) => ({ version, benchmark }))
  })
