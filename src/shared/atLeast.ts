import { NNOptError } from './errors'

export type Count = 0 | 1 | 2 | 3 | 4 | 5

/** A list of T whose first `N` elements are known to be there; the others may be of another type. */
export type AtLeast<N extends Count, T, Rest = T> = N extends 0
  ? readonly Rest[]
  : N extends 1
    ? readonly [T, ...Rest[]]
    : N extends 2
      ? readonly [T, T, ...Rest[]]
      : N extends 3
        ? readonly [T, T, T, ...Rest[]]
        : N extends 4
          ? readonly [T, T, T, T, ...Rest[]]
          : readonly [T, T, T, T, T, ...Rest[]]

const hasAtLeast = <N extends Count, T>(count: N, list: readonly T[]): list is AtLeast<N, T> => list.length >= count

/** The list itself, to be taken apart into its first `count` elements; throws `internal` when it is shorter. */
export function atLeast<N extends Count, T>(count: N, list: readonly T[]): AtLeast<N, T> {
  if (hasAtLeast(count, list)) return list
  throw new NNOptError('internal', `expected at least ${count} elements, got ${list.length}: [${list.join(', ')}]`)
}
