import { NNOptError } from '../../shared/errors'
import { createRandom } from '../data/random'
import { apportion } from '../data/apportion'
import type { Graph, Mask } from '../graph/graph'
import { withMasksApplied } from '../graph/masks'
import type { Importance } from './importances/importance'
import { layersNamed, weightLayers } from './layers'
import type { Layer } from './layers'

export interface UnstructuredConfig {
  /** Share of zeros among all convolution and linear weights. */
  readonly amount: number
  /** `local`: the same share in every layer; `global`: one ranking over all. */
  readonly scope: 'local' | 'global'
  readonly protect: readonly string[]
  /** Share of zeros of single layers. */
  readonly layerAmounts: Readonly<Record<string, number>>
  readonly seed: number
}

/** A layer while its zeros are chosen. */
interface Candidate extends Layer {
  readonly scores: Float32Array
  /** Zeros that are fixed already: of protected layers and of those with an amount of their own. */
  readonly fixed: number | undefined
}

/** Every layer keeps at least this share of its weights, and one. */
const leastKept = 0.01

/**
 * Masks over the weights with the lowest scores. The amount counts over all convolution and linear weights: what protected layers do not give is taken
 * from the others. Weights that an earlier mask keeps at zero stay there and count. Throws `wrongCall` where a layer would be left empty.
 */
export function pruneUnstructured(graph: Graph, importance: Importance, config: UnstructuredConfig): Graph {
  const layers = candidates(graph, importance, config)
  const total = layers.reduce((sum, { scores }) => sum + scores.length, 0)
  const wanted = Math.round(config.amount * total)
  const given = layers.reduce((sum, { fixed = 0 }) => sum + fixed, 0)
  const free = layers.filter(({ fixed }) => fixed === undefined)
  const zeros = new Map([
    ...layers.flatMap((layer) => (layer.fixed === undefined ? [] : [[layer, layer.fixed] as const])),
    ...shares(free, Math.max(0, wanted - given), config),
  ])
  const masks = [...zeros].flatMap(([layer, count]) =>
    count > 0 ? [[layer.name, lowest(layer.scores, count)] as const] : [],
  )
  return withMasksApplied({ ...graph, masks: new Map([...graph.masks, ...masks]) })
}

function candidates(
  graph: Graph,
  importance: Importance,
  { protect, layerAmounts, seed }: UnstructuredConfig,
): readonly Candidate[] {
  const { weight: score } = importance
  if (!score)
    throw new NNOptError(
      'wrongCall',
      `importance '${importance.id}' scores channels, not individual weights: use it with a structured method`,
    )
  const layers = weightLayers(graph)
  const guarded = new Set(protect.flatMap((name) => layersNamed(layers, name, 'protect')))
  const amounts = new Map(
    Object.entries(layerAmounts).flatMap(([name, amount]) =>
      layersNamed(layers, name, 'layerAmounts').map((layer) => [layer, amount] as const),
    ),
  )
  return layers.map((layer, index) => {
    const random = createRandom(seed, index)
    const mask = graph.masks.get(layer.name)
    const scores = Float32Array.from(layer.weight.data, (value, at) => (mask?.[at] === 0 ? -1 : score(value, random)))
    const own = amounts.get(layer)
    const masked = mask ? countZeros(mask) : 0
    return {
      ...layer,
      scores,
      fixed: own !== undefined ? Math.max(masked, ownZeros(layer, own)) : guarded.has(layer) ? masked : undefined,
    }
  })
}

function ownZeros({ node, weight }: Layer, amount: number): number {
  const zeros = Math.round(amount * weight.data.length)
  if (zeros < weight.data.length) return zeros
  throw new NNOptError(
    'wrongCall',
    `layerAmounts: ${amount} would empty layer '${node.name}' of ${weight.data.length} weights: expected less`,
    { layer: node.name },
  )
}

/** How many weights of each layer go, so that they are as many as wanted. */
function shares(
  layers: readonly Candidate[],
  wanted: number,
  config: UnstructuredConfig,
): ReadonlyMap<Candidate, number> {
  const sizes = layers.map(({ scores }) => scores.length)
  const most = sizes.map((size) => size - Math.max(1, Math.ceil(size * leastKept)))
  const available = most.reduce((sum, count) => sum + count, 0)
  if (wanted > available) throw tooMuch(layers, config.amount)
  const counts = config.scope === 'local' ? apportion(wanted, sizes, most) : globalCounts(layers, most, wanted)
  return new Map(layers.map((layer, index) => [layer, Math.max(counts[index]!, countMasked(layer.scores))]))
}

function tooMuch(layers: readonly Candidate[], amount: number): NNOptError {
  const smallest = layers.toSorted((a, b) => a.scores.length - b.scores.length)[0]
  return new NNOptError(
    'wrongCall',
    `amount ${amount} would empty layers such as '${smallest?.node.name ?? ''}': every layer must keep 1% of its weights; reduce the amount, or protect fewer layers`,
    { layer: smallest?.node.name },
  )
}

/** One threshold over all layers. Scores beyond a layer's floor do not take part. */
function globalCounts(layers: readonly Candidate[], most: readonly number[], wanted: number): readonly number[] {
  const pools = layers.map(({ scores }, index) => scores.toSorted().subarray(0, most[index]))
  const all = new Float32Array(pools.reduce((sum, pool) => sum + pool.length, 0))
  let offset = 0
  for (const pool of pools) {
    all.set(pool, offset)
    offset += pool.length
  }
  if (wanted === 0) return layers.map(() => 0)
  const threshold = all.sort()[wanted - 1]!
  const below = pools.map((pool) => pool.findLastIndex((score) => score < threshold) + 1)
  let ties = wanted - below.reduce((sum, count) => sum + count, 0)
  return pools.map((pool, index) => {
    const tied = Math.min(ties, pool.findLastIndex((score) => score <= threshold) + 1 - below[index]!)
    ties -= tied
    return below[index]! + tied
  })
}

/** 0 at the `count` lowest scores, 1 elsewhere; of equal scores the first go. */
function lowest(scores: Float32Array, count: number): Mask {
  const threshold = scores.toSorted()[count - 1]!
  let ties = count - scores.reduce((sum, score) => sum + Number(score < threshold), 0)
  return Uint8Array.from(scores, (score) => Number(!(score < threshold || (score === threshold && ties-- > 0))))
}

const countZeros = (mask: Mask): number => mask.reduce((count, keep) => count + Number(keep === 0), 0)
const countMasked = (scores: Float32Array): number => scores.reduce((count, score) => count + Number(score < 0), 0)
