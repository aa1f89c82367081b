/**
 * The path of a node's name: '/f/f.1/c/c.0/Conv' → ['f', '1', 'c', '0'] for a Conv. A segment that repeats the one before it, as PyTorch's exporter writes them,
 * counts once; the operator at the end says nothing new.
 */
export function pathOf(name: string, op: string): readonly string[] {
  const segments = name.split('/').filter(Boolean)
  if (segments.length > 0 && new RegExp(`^${op}(_\\d+)?$`, 'i').test(segments[segments.length - 1]!)) segments.pop()
  const tokens: string[] = []
  let previous = ''
  for (const segment of segments) {
    const rest = previous && segment.startsWith(`${previous}.`) ? segment.slice(previous.length + 1) : segment
    tokens.push(...rest.split('.'))
    previous = segment
  }
  return tokens
}

export interface Named {
  readonly path: readonly string[]
  /** Position of the first layer that it reads, or undefined. */
  readonly input: number | undefined
  /** Output shape. */
  readonly shape: readonly number[]
}

const deepest = 4
const smallNetwork = 12
/** Layers of a stage that names and sizes do not divide. */
const run = 24

/** The stage of every layer, in their order: by names where those divide the network into handy parts, else by the size of the picture. */
export function stagesOf(layers: readonly Named[]): readonly string[] {
  const largest = Math.max(smallNetwork, layers.length / 4)
  for (let depth = 1; depth <= deepest; depth++) {
    const stages = inherited(
      layers,
      layers.map(({ path }) => path.slice(0, depth).join('.')),
    )
    const counts = countsOf(stages)
    if (Math.max(...counts.values()) <= largest && counts.size <= Math.max(smallNetwork, layers.length / 2))
      return stages
  }
  const sizes = layers.map(({ shape }) => (shape.length === 4 ? `${shape[2]}×${shape[3]}` : 'head'))
  return sizes.map((size, position) => {
    const part = Math.floor(sizes.slice(0, position).filter((each) => each === size).length / run)
    return part === 0 ? size : `${size} (${part + 1})`
  })
}

/** A layer without a path belongs to what it reads. */
function inherited(layers: readonly Named[], stages: readonly string[]): readonly string[] {
  const result: string[] = []
  layers.forEach(({ input }, position) =>
    result.push(stages[position] || (input === undefined ? 'input' : result[input]!)),
  )
  return result
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
