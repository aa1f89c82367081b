/** Groups of names that are joined pairwise (union-find). */
export interface DisjointSets {
  join(a: string, b: string): void
  /** The name that stands for the group of `name`: the one that was first in its earliest join. */
  representative(name: string): string
}

export function createDisjointSets(): DisjointSets {
  const parents = new Map<string, string>()
  const representative = (name: string): string => {
    const parent = parents.get(name)
    return parent === undefined ? name : representative(parent)
  }
  return {
    representative,
    join(a, b) {
      const [first, second] = [representative(a), representative(b)]
      if (first !== second) parents.set(second, first)
    },
  }
}
