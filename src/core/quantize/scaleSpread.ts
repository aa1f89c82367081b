import type { QParams } from '../graph/graph'

export interface ScaleSpread {
  /** (largest − smallest) / mean of a value's scale over the choices: the median over values, and the largest with its value. */
  readonly median: number
  readonly largest: number
  readonly value: string
}

/** How far several calibrations of the same values are apart. */
export function scaleSpread(values: readonly string[], choices: readonly ReadonlyMap<string, QParams>[]): ScaleSpread {
  const spreads = values
    .map((value) => ({ value, spread: spreadOf(choices.map((qparams) => qparams.get(value)?.scale[0] ?? 0)) }))
    .sort((a, b) => a.spread - b.spread)
  const [middle, last] = [spreads[Math.floor(spreads.length / 2)], spreads[spreads.length - 1]]
  return { median: middle?.spread ?? 0, largest: last?.spread ?? 0, value: last?.value ?? '' }
}

function spreadOf(scales: readonly number[]): number {
  const mean = scales.reduce((sum, scale) => sum + scale, 0) / scales.length
  return mean === 0 ? 0 : (Math.max(...scales) - Math.min(...scales)) / mean
}
