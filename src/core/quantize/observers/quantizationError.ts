import type { Grid } from '../../fakeQuant/grid'
import { sliceQParams } from '../../fakeQuant/qparams'
import type { Range } from '../../fakeQuant/range'
import { roundHalfToEven } from '../../fakeQuant/round'
import type { Distribution } from './distribution'

/** Σ count · |x − dequantize(quantize(x))|^power over a distribution, for the integers that cover `range`. */
export function quantizationError({ values, counts }: Distribution, range: Range, grid: Grid, power: number): number {
  const { scale, zeroPoint } = sliceQParams(range, grid)
  const [low, high] = [grid.qmin - zeroPoint, grid.qmax - zeroPoint]
  let error = 0
  for (let index = 0; index < values.length; index++) {
    const level = Math.min(high, Math.max(low, roundHalfToEven(values[index]! / scale)))
    const difference = Math.abs(values[index]! - level * scale)
    error += counts[index]! * (power === 2 ? difference * difference : difference ** power)
  }
  return error
}
