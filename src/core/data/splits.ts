import { apportion } from './apportion'
import { hashText } from './hashText'

/** What a split is decided on: the class, and a name that stays with the image wherever it lies. */
export interface SplitItem {
  readonly className: string
  readonly key: string
}

/**
 * Chooses `fraction` of the items, class by class, by a hash of seed, class and key: the choice does not depend on order or machine, and adding images moves few others.
 * A class with two items or more gives at least one and keeps at least one. Returns positions in ascending order.
 */
export function holdOut(items: readonly SplitItem[], fraction: number, seed: number): readonly number[] {
  const classes = [...positionsByClass(items).values()]
  const sizes = classes.map((positions) => positions.length)
  const shares = apportion(Math.round(items.length * fraction), sizes, sizes)
  const quotas = shares.map((share, index) => (sizes[index]! < 2 ? 0 : Math.min(sizes[index]! - 1, Math.max(1, share))))
  return classes
    .flatMap((positions, index) => byHash(positions, items, seed).slice(0, quotas[index]))
    .sort((a, b) => a - b)
}

function positionsByClass(items: readonly SplitItem[]): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>()
  items.forEach(({ className }, position) => {
    const group = groups.get(className)
    if (group) group.push(position)
    else groups.set(className, [position])
  })
  return new Map([...groups].sort(([a], [b]) => compareText(a, b)))
}

/** Order of UTF-16 units: the same in every locale. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function byHash(positions: readonly number[], items: readonly SplitItem[], seed: number): readonly number[] {
  const hashed = positions.map((position) => ({
    position,
    key: items[position]!.key,
    hash: hashText(`${items[position]!.className}/${items[position]!.key}`, seed),
  }))
  return hashed.sort((a, b) => a.hash - b.hash || compareText(a.key, b.key)).map(({ position }) => position)
}
