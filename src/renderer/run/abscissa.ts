import { firstAtLeast } from './series'
import type { Series } from './series'

export const abscissas = ['step', 'epoch', 'time'] as const
/** X axis of the charts: training steps, epochs, or seconds since the start. */
export type Abscissa = (typeof abscissas)[number]

/** Maps times to the X axis and back, for the metrics of one step of a run. */
export interface AbscissaMap {
  /** X values of all points of a series. */
  of(series: Series): Float64Array
  /** The time, in milliseconds, at an X value. */
  momentOf(value: number): number
}

interface Anchors {
  readonly t: ArrayLike<number>
  readonly value: ArrayLike<number>
}

/** Interpolates between two anchors; constant before the first and after the last. */
function interpolate(from: ArrayLike<number>, to: ArrayLike<number>, at: number): number {
  if (from.length === 0) return NaN
  if (from.length === 1) return to[0]!
  const right = Math.min(from.length - 1, Math.max(1, firstAtLeast(from, at)))
  const span = from[right]! - from[right - 1]!
  const share = span === 0 ? 1 : Math.min(1, Math.max(0, (at - from[right - 1]!) / span))
  return to[right - 1]! + share * (to[right]! - to[right - 1]!)
}

const fromAnchors = ({ t, value }: Anchors): AbscissaMap => ({
  of: (series) => Float64Array.from(series.t, (moment) => interpolate(t, value, moment)),
  momentOf: (at) => interpolate(value, t, at),
})

/**
 * Only step metrics carry steps, and only epoch metrics carry epochs; the others are placed by the time they were
 * written. `startedAt` is in milliseconds.
 */
export function createAbscissaMap(abscissa: Abscissa, all: readonly Series[], startedAt: number): AbscissaMap {
  if (abscissa === 'time')
    return {
      of: ({ t }) => Float64Array.from(t, (moment) => (moment - startedAt) / 1000),
      momentOf: (seconds) => startedAt + seconds * 1000,
    }
  const own = all.find(({ kind }) => kind === abscissa)
  if (!own || own.x.length === 0) {
    // Without steps or epochs, only the time or the metric's own position is available.
    return { of: ({ x }) => x, momentOf: () => NaN }
  }
  const first = Math.min(...all.filter(({ t }) => t.length > 0).map(({ t }) => t[0]!))
  const anchors =
    abscissa === 'epoch'
      ? { t: [Math.min(first, own.t[0]! - 1), ...own.t], value: [0, ...own.x] }
      : { t: own.t, value: own.x }
  const map = fromAnchors(anchors)
  return { momentOf: map.momentOf, of: (series) => (series.kind === abscissa ? series.x : map.of(series)) }
}
