import type { Layer } from '../../../shared/types'

/** One row of the comparison of two settings trees. */
export interface Difference {
  readonly path: string
  readonly first: string | undefined
  readonly second: string | undefined
}

/** Settings with their paths, such as `config.ladder`. */
function flattened(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (value !== null && typeof value === 'object' && !Array.isArray(value))
    return Object.entries(value).flatMap(([key, inner]) => flattened(inner, path === '' ? key : `${path}.${key}`))
  return [[path, typeof value === 'string' ? value : JSON.stringify(value)]]
}

/** Differences between the ways two versions were made. */
export function differencesOf(first: unknown, second: unknown): readonly Difference[] {
  const [left, right] = [new Map(flattened(first)), new Map(flattened(second))]
  return [...new Set([...left.keys(), ...right.keys()])]
    .map((path) => ({ path, first: left.get(path), second: right.get(path) }))
    .filter((each) => each.first !== each.second)
}

export interface LayerPair {
  readonly name: string
  readonly label: string
  readonly first: Layer | undefined
  readonly second: Layer | undefined
}

/** Layers of both by name, in the order of the first; layers that only the second has are inserted at their place. */
export function layerPairs(first: readonly Layer[], second: readonly Layer[]): readonly LayerPair[] {
  const byName = new Map(second.map((layer) => [layer.name, layer]))
  const known = new Set(first.map(({ name }) => name))
  const pairs = first.map((layer): LayerPair => ({
    name: layer.name,
    label: `${layer.stage} ${layer.label}`,
    first: layer,
    second: byName.get(layer.name),
  }))
  return [
    ...pairs,
    ...second
      .filter(({ name }) => !known.has(name))
      .map((layer): LayerPair => ({
        name: layer.name,
        label: `${layer.stage} ${layer.label}`,
        first: undefined,
        second: layer,
      })),
  ]
}

const facts = ({ shape, params, macs, ops, weight }: Layer): string =>
  JSON.stringify([shape, params, macs, ops, weight?.dtype, weight?.zeros])

export const isChanged = ({ first, second }: LayerPair): boolean => !first || !second || facts(first) !== facts(second)
