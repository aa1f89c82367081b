/** Maps values to pixels and back. */
export interface Scale {
  readonly min: number
  readonly max: number
  readonly log: boolean
  at(value: number): number
  valueAt(pixel: number): number
}

/** `from` and `to` are the pixels of `min` and `max`. A logarithmic scale requires a positive `min`. */
export function createScale(min: number, max: number, from: number, to: number, log = false): Scale {
  const [low, high] = log ? [Math.log10(min), Math.log10(max)] : [min, max]
  const perUnit = (to - from) / (high - low || 1)
  return {
    min,
    max,
    log,
    at: (value) => from + ((log ? Math.log10(value) : value) - low) * perUnit,
    valueAt: (pixel) => {
      const value = low + (pixel - from) / perUnit
      return log ? 10 ** value : value
    },
  }
}

const niceSteps = [1, 2, 2.5, 5, 10] as const
/** Candidate tick steps of a time axis, in seconds. */
const timeSteps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
] as const

export type TickKind = 'number' | 'whole' | 'time'

/** Round values from `min` to `max`, at most about `count` of them. */
export function ticksOf(
  { min, max, log }: Pick<Scale, 'min' | 'max' | 'log'>,
  count: number,
  kind: TickKind = 'number',
): readonly number[] {
  if (!(max > min)) return [min]
  if (log) {
    const ticks = logTicks(min, max, count)
    return ticks.length >= leastLogTicks ? ticks : ticksOf({ min, max, log: false }, count, kind)
  }
  const step = stepOf((max - min) / Math.max(1, count), kind)
  const first = Math.ceil(min / step - 1e-9)
  const last = Math.floor(max / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step)
}

function stepOf(raw: number, kind: TickKind): number {
  if (kind === 'time') return timeSteps.find((step) => step >= raw) ?? Math.ceil(raw / 86_400) * 86_400
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = (niceSteps.find((nice) => nice * power >= raw) ?? 10) * power
  return kind === 'whole' ? Math.max(1, Math.ceil(step)) : step
}

/** Powers of ten are sparse within a decade, so use round numbers there. */
const leastLogTicks = 3

/** Powers of ten, plus 2× and 5× multiples if there are only a few. */
function logTicks(min: number, max: number, count: number): readonly number[] {
  const [low, high] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))]
  const factors = high - low <= count / 3 ? [1, 2, 5] : [1]
  const every = Math.max(1, Math.ceil((high - low) / count))
  const decades = Array.from({ length: high - low + 1 }, (_, index) => low + index).filter(
    (power) => (power - low) % every === 0,
  )
  return decades
    .flatMap((power) => factors.map((factor) => factor * 10 ** power))
    .filter((value) => value >= min * (1 - 1e-9) && value <= max * (1 + 1e-9))
}

/**
 * The range of the values plus a margin. A single value gets a range around it. Logarithmic ranges ignore nonpositive
 * values.
 */
export function rangeOf(
  values: Iterable<number>,
  { log = false, air = 0.05, zero = false } = {},
): readonly [number, number] {
  let [min, max] = [Infinity, -Infinity]
  for (const value of values) {
    if (!Number.isFinite(value) || (log && value <= 0)) continue
    if (value < min) min = value
    if (value > max) max = value
  }
  if (min > max) return log ? [0.1, 1] : [0, 1]
  if (log) return min === max ? [min / 2, max * 2] : [min / (max / min) ** air, max * (max / min) ** air]
  if (zero) min = Math.min(0, min)
  const room = max === min ? Math.abs(max) * 0.1 || 1 : (max - min) * air
  return [zero && min === 0 ? 0 : min - room, max + room]
}
