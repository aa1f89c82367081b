/** Real values that a tensor takes, or the part of them that its integers shall cover. */
export interface Range {
  readonly min: number
  readonly max: number
}

/** The range with zero inside: padding, ReLU and pruned weights need zero to be exact (Jacob et al., 2018, section 2.1). */
export const withZero = ({ min, max }: Range): Range => ({ min: Math.min(0, min), max: Math.max(0, max) })

export const absoluteMaximum = ({ min, max }: Range): number => Math.max(Math.abs(min), Math.abs(max))

/** Smallest and largest number of a list; { min: Infinity, max: -Infinity } of an empty one. */
export function rangeOf(values: ArrayLike<number>): Range {
  let min = Infinity
  let max = -Infinity
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!
    if (value < min) min = value
    if (value > max) max = value
  }
  return { min, max }
}
