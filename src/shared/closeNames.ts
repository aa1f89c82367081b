import { distance } from 'fastest-levenshtein'

const closeEnough = 3
const listed = 5

/** The names most like what was asked for, or the first few when none is. */
export function closeNames(asked: string, names: readonly string[]): readonly string[] {
  const ranked = names
    .map((name) => ({ name, cost: name.includes(asked) ? 0 : editsBetween(asked, name) }))
    .sort((a, b) => a.cost - b.cost || a.name.length - b.name.length)
  const close = ranked.filter(({ cost }) => cost <= closeEnough)
  return (close.length > 0 ? close : ranked).slice(0, listed).map(({ name }) => name)
}

/** Letters of a misspelt name that may be wrong, as a share of all of them. */
const mostWrong = 0.4

/** Offers the nearest known name of a misspelt one, or else lists what there is. */
export function didYouMean(asked: string, names: readonly string[]): string {
  if (names.length === 0) return 'expected none'
  const [nearest] = [...names].sort((a, b) => editsBetween(asked, a) - editsBetween(asked, b))
  const isClose = nearest !== undefined && editsBetween(asked, nearest) <= Math.ceil(asked.length * mostWrong)
  return isClose ? `did you mean '${nearest}'?` : `expected one of ${names.join(', ')}`
}

const editsBetween = (left: string, right: string): number => distance(left.toLowerCase(), right.toLowerCase())
