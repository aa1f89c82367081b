import type { SeriesBlock } from '../../core/measure/series'
import type { MetricSeries } from '../../shared/types'
import type { MetricSeries as StoredSeries } from '../store/tables/metricBlocks'

const bytesOf = (numbers: Float64Array | Float32Array): Uint8Array => new Uint8Array(numbers.buffer)
const float64 = (blocks: readonly SeriesBlock[], read: (block: SeriesBlock) => number): Uint8Array =>
  bytesOf(Float64Array.from(blocks, read))

/**
 * A series on the wire: columns of floats instead of a thousand objects. A point is placed in the middle of the rows it
 * aggregates.
 */
export function packSeries({ stepIndex, kind, total, blocks }: StoredSeries): MetricSeries {
  const keys = [...new Set(blocks.flatMap(({ values }) => Object.keys(values)))]
  const float32 = (key: string, read: (value: SeriesBlock['values'][string]) => number): Uint8Array =>
    bytesOf(Float32Array.from(blocks, ({ values }) => (values[key] ? read(values[key]) : NaN)))
  return {
    stepIndex,
    kind,
    total,
    x: float64(blocks, ({ x0, x1 }) => (x0 + x1) / 2),
    t: float64(blocks, ({ t0, t1 }) => (t0 + t1) / 2),
    counts: float64(blocks, ({ count }) => count),
    values: keys.map((key) => ({
      key,
      min: float32(key, ([min]) => min),
      mean: float32(key, ([, , sum, count]) => sum / count),
      max: float32(key, ([, max]) => max),
    })),
  }
}
