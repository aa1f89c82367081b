import { createRandom } from '../data/random'
import { consumers, constantInput } from '../graph/graph'
import type { Graph, Node } from '../graph/graph'
import { isNormalization } from '../ops/nodeFacts'
import type { DependencyGraph, Group } from './dependencyGraph'
import type { Importance, WeightSlices } from './importances/importance'
import { weightLayers } from './layers'
import type { Layer } from './layers'

/** Squared gradient times weight of each element of a parameter, mean over batches, by initializer. */
export type Saliencies = ReadonlyMap<string, Float32Array>

/**
 * A score for each unit of each group that may lose channels. Every weight whose outputs the unit indexes (depthwise ones included) counts alike: its scores are
 * divided by their mean. The group's scores have mean 1, so that they can be ranked together with those of others.
 */
export function unitScores(
  dependencies: DependencyGraph,
  importance: Importance,
  seed: number,
  saliencies?: Saliencies,
): ReadonlyMap<Group, Float64Array> {
  const layers = weightLayers(dependencies.graph)
  const readers = consumers(dependencies.graph)
  const sliceScores = new Map(
    layers.map(
      (layer, index) =>
        [
          layer,
          () =>
            normalised(
              importance.slices(slicesOf(dependencies, layer, readers, createRandom(seed, index), saliencies)),
            ),
        ] as const,
    ),
  )
  const open = dependencies.groups.filter(({ blocked }) => blocked === undefined)
  const groupOf = new Map(open.flatMap((group) => group.units.map(({ id }, index) => [id, { group, index }] as const)))
  const sums = new Map(
    open.map((group) => [
      group,
      { total: new Float64Array(group.units.length), count: new Float64Array(group.units.length) },
    ]),
  )
  for (const layer of layers) {
    const ids = dependencies.bindings.get(layer.name)?.get(layer.outputAxis)
    if (!ids || !groupOf.has(dependencies.unitOf(ids[0]!))) continue
    const scores = sliceScores.get(layer)?.() ?? []
    ids.forEach((id, position) => {
      const place = groupOf.get(dependencies.unitOf(id))
      const sum = place && sums.get(place.group)
      if (!place || !sum) return
      sum.total[place.index]! += scores[position]!
      sum.count[place.index]!++
    })
  }
  return new Map(
    [...sums].map(([group, { total, count }]) => [
      group,
      normalised(total.map((value, index) => value / Math.max(1, count[index]!))),
    ]),
  )
}

function normalised(scores: Float64Array): Float64Array {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  return mean > 0 ? scores.map((score) => score / mean) : scores
}

function slicesOf(
  { graph }: DependencyGraph,
  layer: Layer,
  readers: ReadonlyMap<string, readonly Node[]>,
  random: WeightSlices['random'],
  saliencies: Saliencies | undefined,
): WeightSlices {
  const { node, weight, outputAxis: axis } = layer
  const norm = normalizationAfter(graph, node, readers)
  const of = (index: number): ArrayLike<number> | undefined => norm && constantInput(graph, norm, index)?.data
  const [scale, variance] = [of(1), of(4)]
  const epsilon = Number(norm?.attributes.epsilon ?? 1e-5)
  const normScales = scale && Float64Array.from(scale, Math.abs)
  return {
    node,
    weight,
    axis,
    normScales,
    normFactors:
      normScales && variance && normScales.map((value, index) => value / Math.sqrt(variance[index]! + epsilon)),
    saliencies: saliencies && sliceSaliencies(layer, norm, saliencies),
    random,
  }
}

/** The BatchNormalization that alone reads a node's output. */
function normalizationAfter(graph: Graph, node: Node, readers: ReadonlyMap<string, readonly Node[]>): Node | undefined {
  const [reader, ...others] = readers.get(node.outputs[0]!) ?? []
  return reader && isNormalization(reader) && others.length === 0 && graph.initializers.has(reader.inputs[1]!)
    ? reader
    : undefined
}

/** Of the normalization's scale and shift where there is one, else of the weight and its bias. */
function sliceSaliencies(
  { node, name, weight, outputAxis }: Layer,
  norm: Node | undefined,
  saliencies: Saliencies,
): Float64Array {
  const sums = new Float64Array(weight.shape[outputAxis]!)
  const add = (values: Float32Array | undefined, sliceOf: (index: number) => number): void =>
    values?.forEach((value, index) => (sums[sliceOf(index)]! += value))
  if (norm) {
    for (const index of [1, 2]) add(saliencies.get(norm.inputs[index]!), (at) => at)
    return sums
  }
  const inner = weight.shape.slice(outputAxis + 1).reduce((product, dim) => product * dim, 1)
  add(saliencies.get(name), (at) => Math.floor(at / inner) % sums.length)
  add(saliencies.get(node.inputs[2] ?? ''), (at) => at)
  return sums
}
