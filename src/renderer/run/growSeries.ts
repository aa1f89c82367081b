import type { Metric } from '../../shared/types'
import type { Series, ValueColumns } from './series'

/** Points of a series beyond which neighbors are merged: a chart has fewer columns of pixels. */
export const mostPoints = 3200

const keyOf = ({ kind, stepIndex }: Pick<Metric, 'kind' | 'stepIndex'>): string => `${kind} ${stepIndex}`

/** The series with new rows at their ends, in the engine's order: by kind, then by step. */
export function withRows(all: readonly Series[], rows: readonly Metric[]): readonly Series[] {
  const grown = new Map(all.map((series) => [keyOf(series), series]))
  for (const key of new Set(rows.map(keyOf)))
    grown.set(
      key,
      appended(
        grown.get(key),
        rows.filter((row) => keyOf(row) === key),
      ),
    )
  return [...grown.values()].sort((a, b) => (a.kind === b.kind ? a.stepIndex - b.stepIndex : a.kind < b.kind ? -1 : 1))
}

const nothing: ValueColumns = { min: new Float32Array(), mean: new Float32Array(), max: new Float32Array() }

function appended(series: Series | undefined, rows: readonly Metric[]): Series {
  const [{ stepIndex, kind }] = rows as readonly [Metric, ...Metric[]]
  const known = series?.x.length ?? 0
  const float64 = (before: Float64Array | undefined, read: (row: Metric) => number): Float64Array =>
    Float64Array.from([...(before ?? []), ...rows.map(read)])
  const keys = new Set([...(series?.values.keys() ?? []), ...rows.flatMap(({ values }) => Object.keys(values))])
  return halved({
    stepIndex,
    kind,
    total: (series?.total ?? 0) + rows.length,
    x: float64(series?.x, ({ position }) => position),
    t: float64(series?.t, ({ at }) => Date.parse(at)),
    counts: float64(series?.counts, () => 1),
    values: new Map([...keys].map((key) => [key, columnsOf(series?.values.get(key) ?? nothing, known, rows, key)])),
  })
}

function columnsOf(
  { min, mean, max }: ValueColumns,
  known: number,
  rows: readonly Metric[],
  key: string,
): ValueColumns {
  const column = (before: Float32Array): Float32Array => {
    const all = new Float32Array(known + rows.length).fill(NaN)
    all.set(before)
    rows.forEach(({ values }, index) => (all[known + index] = values[key] ?? NaN))
    return all
  }
  return { min: column(min), mean: column(mean), max: column(max) }
}

/** Neighbors merged in pairs, when there are too many points. */
function halved(series: Series): Series {
  if (series.x.length <= mostPoints) return series
  const { counts } = series
  const average = (pair: Pair): number => (pair.first + pair.second) / 2
  const weighted = ({ first, second, index }: Pair): number => {
    const [before, after] = [counts[index] ?? 1, counts[index + 1] ?? 1]
    return (first * before + second * after) / (before + after)
  }
  return {
    ...series,
    x: Float64Array.from(pairs(series.x, average)),
    t: Float64Array.from(pairs(series.t, average)),
    counts: Float64Array.from(pairs(counts, ({ first, second }) => first + second)),
    values: new Map(
      [...series.values].map(([key, { min, mean, max }]) => [
        key,
        {
          min: Float32Array.from(pairs(min, ({ first, second }) => Math.min(first, second))),
          mean: Float32Array.from(pairs(mean, weighted)),
          max: Float32Array.from(pairs(max, ({ first, second }) => Math.max(first, second))),
        },
      ]),
    ),
  }
}

interface Pair {
  readonly first: number
  readonly second: number
  readonly index: number
}

/** One number for every two; where one of them is missing, the other, as for the last of an odd number. */
function pairs(numbers: ArrayLike<number>, merge: (pair: Pair) => number): number[] {
  const merged: number[] = []
  for (let index = 0; index < numbers.length; index += 2) {
    const [first, second] = [numbers[index] ?? NaN, numbers[index + 1] ?? NaN]
    merged.push(Number.isNaN(second) ? first : Number.isNaN(first) ? second : merge({ first, second, index }))
  }
  return merged
}
