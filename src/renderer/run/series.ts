import type { MetricSeries } from '../../shared/types'

/** Minimum, mean and maximum of each point; NaN if there is none. */
export interface ValueColumns {
  readonly min: Float32Array
  readonly mean: Float32Array
  readonly max: Float32Array
}

/** One kind of metric of one step, as columns. */
export interface Series {
  readonly stepIndex: number
  readonly kind: string
  /** Number of rows in the engine. */
  readonly total: number
  /** Step, epoch or second. */
  readonly x: Float64Array
  /** Milliseconds since 1970. */
  readonly t: Float64Array
  /** Rows aggregated into each point. */
  readonly counts: Float64Array
  readonly values: ReadonlyMap<string, ValueColumns>
}

// Received bytes may lie anywhere in their buffer, but floats need alignment.
const float64 = (bytes: Uint8Array): Float64Array => new Float64Array(bytes.slice().buffer)
const float32 = (bytes: Uint8Array): Float32Array => new Float32Array(bytes.slice().buffer)

export const unpackSeries = ({ stepIndex, kind, total, x, t, counts, values }: MetricSeries): Series => ({
  stepIndex,
  kind,
  total,
  x: float64(x),
  t: float64(t),
  counts: float64(counts),
  values: new Map(
    values.map(({ key, min, mean, max }) => [key, { min: float32(min), mean: float32(mean), max: float32(max) }]),
  ),
})

export const isThinned = ({ total, x }: Series): boolean => total > x.length

function joined<T extends Float64Array | Float32Array>(make: (length: number) => T, before: T, inside: T, after: T): T {
  const all = make(before.length + inside.length + after.length)
  all.set(before)
  all.set(inside, before.length)
  all.set(after, before.length + inside.length)
  return all
}

/** The whole series, with finer points in the window of `detail`. */
export function withDetail(whole: Series, detail: Series | undefined): Series {
  if (!detail || detail.x.length === 0) return whole
  const first = firstAtLeast(whole.t, detail.t[0]!)
  const last = firstAtLeast(whole.t, detail.t[detail.t.length - 1]!, true)
  const join64 = (all: Float64Array, inside: Float64Array): Float64Array =>
    joined((length) => new Float64Array(length), all.subarray(0, first), inside, all.subarray(last))
  const empty = new Float32Array(detail.x.length).fill(NaN)
  const join32 = (all: Float32Array, inside: Float32Array = empty): Float32Array =>
    joined((length) => new Float32Array(length), all.subarray(0, first), inside, all.subarray(last))
  return {
    ...whole,
    x: join64(whole.x, detail.x),
    t: join64(whole.t, detail.t),
    counts: join64(whole.counts, detail.counts),
    values: new Map(
      [...whole.values].map(([key, { min, mean, max }]) => {
        const finer = detail.values.get(key)
        return [key, { min: join32(min, finer?.min), mean: join32(mean, finer?.mean), max: join32(max, finer?.max) }]
      }),
    ),
  }
}

/** Index of the first value not below (or, with `above`, above) a given one, in ascending numbers. */
export function firstAtLeast(numbers: ArrayLike<number>, value: number, above = false): number {
  let [low, high] = [0, numbers.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (numbers[middle]! < value || (above && numbers[middle] === value)) low = middle + 1
    else high = middle
  }
  return low
}
