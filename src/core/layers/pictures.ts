import type { Histogram, WeightDetails } from '../../shared/types'
import { rangeOf } from '../fakeQuant/range'

/** Counts over equal bins between the smallest and the largest number; one value has one bin. */
export function histogramOf(values: ArrayLike<number>, bins: number): Histogram {
  const { min: low, max: high } = rangeOf(values)
  if (!(high > low)) return { low, high, counts: [values.length] }
  const counts = new Array<number>(bins).fill(0)
  const perUnit = bins / (high - low)
  for (let index = 0; index < values.length; index++)
    counts[Math.min(bins - 1, Math.floor((values[index]! - low) * perUnit))]!++
  return { low, high, counts }
}

const mostRows = 96
const mostColumns = 192

/** Share of zeros in every cell of a picture; a cell is one weight, or several neighbours where there are more than fit. */
export function sparsityPicture(channels: readonly Float32Array[]): WeightDetails['sparsity'] {
  const length = channels[0]?.length ?? 0
  const rows = Math.min(mostRows, channels.length)
  const columns = Math.min(mostColumns, length)
  const zeros = new Float64Array(rows * columns)
  const counts = new Float64Array(rows * columns)
  channels.forEach((values, channel) => {
    const row = Math.floor((channel * rows) / channels.length)
    for (let index = 0; index < length; index++) {
      const cell = row * columns + Math.floor((index * columns) / length)
      counts[cell]!++
      if (values[index] === 0) zeros[cell]!++
    }
  })
  return { rows, columns, shares: Array.from(zeros, (count, cell) => count / counts[cell]!) }
}
