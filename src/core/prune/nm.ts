import { NNOptError } from '../../shared/errors'
import { createRandom } from '../data/random'
import type { Graph, Mask } from '../graph/graph'
import { withMasksApplied } from '../graph/masks'
import { rowMajorStrides } from '../graph/tensorData'
import type { Importance } from './importances/importance'
import { layersNamed, weightLayers } from './layers'
import type { Layer } from './layers'
import type { SparsityPattern } from '../../shared/types'

/**
 * N:M sparsity (Mishra et al., 2021): in every M weights along the input channels the N of highest score stay. Layers with fewer than M input channels, such as
 * depthwise ones, and what is left of a count that M does not divide, stay whole.
 */
export function prunePattern(
  graph: Graph,
  importance: Importance,
  pattern: SparsityPattern,
  protect: readonly string[],
  seed: number,
): Graph {
  const layers = weightLayers(graph)
  const guarded = new Set(protect.flatMap((name) => layersNamed(layers, name, 'protect')))
  const masks = layers.flatMap((layer, index) =>
    guarded.has(layer) || inputsOf(layer) < pattern.of
      ? []
      : [[layer.name, patternMask(graph, layer, importance, pattern, createRandom(seed, index))] as const],
  )
  if (masks.length === 0)
    throw new NNOptError('wrongCall', `nm: no layer has ${pattern.of} or more input channels: expected a smaller M`)
  return withMasksApplied({ ...graph, masks: new Map([...graph.masks, ...masks]) })
}

const inputAxis = ({ outputAxis }: Layer): number => 1 - outputAxis
const inputsOf = (layer: Layer): number => layer.weight.shape[inputAxis(layer)]!

function patternMask(
  { masks }: Graph,
  layer: Layer,
  importance: Importance,
  { keep, of }: SparsityPattern,
  random: ReturnType<typeof createRandom>,
): Mask {
  const { weight: score } = importance
  if (!score)
    throw new NNOptError(
      'wrongCall',
      `importance '${importance.id}' scores channels, not individual weights: use it with a structured method`,
    )
  const { shape, data } = layer.weight
  const known = masks.get(layer.name)
  const mask = new Uint8Array(data.length).fill(1)
  const stride = rowMajorStrides(shape)[inputAxis(layer)]!
  const inputs = inputsOf(layer)
  for (let first = 0; first < data.length; first++) {
    const input = Math.floor(first / stride) % inputs
    if (input % of !== 0 || input + of > inputs) continue
    const places = Array.from({ length: of }, (_, step) => first + step * stride)
    const scored = places
      .map((at) => ({ at, score: known?.[at] === 0 ? -1 : score(data[at]!, random) }))
      .sort((a, b) => b.score - a.score)
    for (const { at } of scored.slice(keep)) mask[at] = 0
  }
  return known ? mask.map((value, at) => value & known[at]!) : mask
}
