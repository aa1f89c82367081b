import type { Grid } from '../../fakeQuant/grid'
import { sliceQParams } from '../../fakeQuant/qparams'
import type { SliceQParams } from '../../fakeQuant/qparams'
import type { Range } from '../../fakeQuant/range'
import { clamp, roundHalfToEven } from '../../fakeQuant/round'
import type { Distribution } from './distribution'

/** Distance of neighbouring float32 numbers around 1. */
const FLOAT32_EPSILON = 2 ** -23

/** What integers that cover a range make of a distribution. */
export interface QuantizationEffect extends SliceQParams {
  readonly range: Range
  /** Mean of (x − x̂)². */
  readonly meanSquaredError: number
  /** Signal to quantization noise, 10 · log10(E[x²] / E[(x − x̂)²]), in decibels; Infinity without an error. */
  readonly sqnr: number
  /** Share of the values beyond the ends of the grid. */
  readonly clippedShare: number
}

/** One number through the grid. */
export function quantized(
  x: number,
  { scale, zeroPoint }: SliceQParams,
  { qmin, qmax }: Grid,
): { readonly q: number; readonly value: number } {
  const q = clamp(roundHalfToEven(Math.fround(x / scale)) + zeroPoint, qmin, qmax)
  return { q, value: (q - zeroPoint) * scale }
}

export function quantizationEffect({ values, counts }: Distribution, range: Range, grid: Grid): QuantizationEffect {
  const parameters = sliceQParams(range, grid)
  const { scale, zeroPoint } = parameters
  // Half a step beyond the last integer still rounds to it; the scale itself is rounded to float32, which can move that end below a range's own.
  const widest = scale * (1 + FLOAT32_EPSILON)
  const [low, high] = [(grid.qmin - zeroPoint - 0.5) * widest, (grid.qmax - zeroPoint + 0.5) * widest]
  let [count, power, noise, clipped] = [0, 0, 0, 0]
  for (let index = 0; index < values.length; index++) {
    const [x, weight] = [values[index]!, counts[index]!]
    const error = x - quantized(x, parameters, grid).value
    count += weight
    power += weight * x * x
    noise += weight * error * error
    if (x < low || x > high) clipped += weight
  }
  return {
    ...parameters,
    range,
    meanSquaredError: noise / count,
    sqnr: noise === 0 ? Infinity : 10 * Math.log10(power / noise),
    clippedShare: clipped / count,
  }
}

/** How often each error x − x̂ occurs, over equal bins around zero. */
export function errorHistogram(
  { values, counts }: Distribution,
  parameters: SliceQParams,
  grid: Grid,
  bins: number,
): { readonly low: number; readonly high: number; readonly counts: readonly number[] } {
  const errors = Float64Array.from(values, (x) => x - quantized(x, parameters, grid).value)
  const reach = Math.max(
    parameters.scale / 2,
    errors.reduce((most, error) => Math.max(most, Math.abs(error)), 0),
  )
  const binned = new Array<number>(bins).fill(0)
  errors.forEach(
    (error, index) =>
      (binned[clamp(Math.floor(((error + reach) / (2 * reach)) * bins), 0, bins - 1)]! += counts[index]!),
  )
  return { low: -reach, high: reach, counts: binned }
}
