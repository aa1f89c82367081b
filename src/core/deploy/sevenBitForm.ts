import { floatShadow } from '../passes/floatShadow'
import type { StoredParameter } from '../passes/floatShadow'
import type { Graph } from '../graph/graph'
import type { TensorData } from '../graph/tensorData'
import { int8SaturationFree } from '../fakeQuant/grid'
import { weightLayers } from '../prune/layers'

/**
 * A QDQ graph whose int8 weights keep within ±64, so that no CPU's products of them with uint8 saturate: each channel's integers are rounded onto a
 * coarser grid, and the integers of its bias with them. Activations stay as they are. The graph itself where it is not of the usual form.
 */
export function sevenBitForm(graph: Graph): Graph {
  const shadow = floatShadow(graph)
  if (!shadow) return graph
  const initializers = new Map(graph.initializers)
  for (const { node } of weightLayers(shadow.graph)) {
    const [weight, bias] = node.inputs.slice(1).map((name) => shadow.stored.get(name))
    if (weight) coarsen(initializers, weight, bias)
  }
  return { ...graph, initializers }
}

function coarsen(
  initializers: Map<string, TensorData>,
  weight: StoredParameter,
  bias: StoredParameter | undefined,
): void {
  const [integers, scales] = [initializers.get(weight.integers), initializers.get(weight.scale)]
  if (integers?.dtype !== 'int8' || !scales) return
  const { shape, data } = integers
  const inner =
    weight.axis === undefined ? data.length : shape.slice(weight.axis + 1).reduce((product, dim) => product * dim, 1)
  const channelOf = (index: number): number =>
    weight.axis === undefined ? 0 : Math.floor(index / inner) % shape[weight.axis]!
  const largest = new Array<number>(scales.data.length).fill(0)
  data.forEach((value, index) => (largest[channelOf(index)] = Math.max(largest[channelOf(index)]!, Math.abs(value))))
  const factors = largest.map((most) => Math.max(1, most / int8SaturationFree.qmax))
  initializers.set(weight.integers, {
    ...integers,
    data: Int8Array.from(data, (value, index) => Math.round(value / factors[channelOf(index)]!)),
  })
  rescale(initializers, weight.scale, factors)
  if (bias) rescaleBias(initializers, bias, factors)
}

function rescale(initializers: Map<string, TensorData>, name: string, factors: readonly number[]): void {
  const scales = initializers.get(name)
  if (scales)
    initializers.set(name, {
      ...scales,
      data: Float32Array.from(scales.data, (scale, channel) => scale * factors[factors.length === 1 ? 0 : channel]!),
    })
}

/** The scale of a bias is that of the layer's integer sums. */
function rescaleBias(
  initializers: Map<string, TensorData>,
  { integers, scale }: StoredParameter,
  factors: readonly number[],
): void {
  const tensor = initializers.get(integers)
  if (!tensor) return
  initializers.set(integers, {
    ...tensor,
    data: Int32Array.from(tensor.data, (value, channel) =>
      Math.round(value / factors[factors.length === 1 ? 0 : channel]!),
    ),
  })
  rescale(initializers, scale, factors)
}
