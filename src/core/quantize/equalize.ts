import { constantInput } from '../graph/graph'
import type { Graph, Node } from '../graph/graph'
import { outputAxis } from '../graph/outputAxis'
import { floatTensor, sizeOf } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { channelGroups } from './channelGroups'
import type { ChannelGroup } from './channelGroups'

export interface EqualizeOptions {
  /** 0 leaves channels as they are, 1 gives all of a group the same range. */
  readonly strength: number
  /** Largest factor of a channel: one that is almost never active must not have its noise blown up. */
  readonly largestFactor: number
}

/**
 * Multiplies the channels of each activation by factors that bring their ranges together, in the weights before it, and takes the factors back in
 * the weights behind it: one scale for the whole tensor then serves every channel. Without ReLU6 the graph computes exactly what it did; a ReLU6
 * channel grows no further than its bound, seen on the calibration images. After Nagel et al., 2019 (cross-layer equalization), with the ranges of
 * activations in place of those of weights: weights have a scale for each channel anyway.
 * `channelMaxima` holds the largest magnitude of each channel by value; groups without any are left alone.
 */
export function equalize(graph: Graph, channelMaxima: ReadonlyMap<string, Float32Array>, options: EqualizeOptions): Graph {
  const initializers = new Map(graph.initializers)
  for (const group of channelGroups(graph)) {
    const factors = channelFactors(group, channelMaxima, options)
    if (!factors) continue
    for (const node of group.writers) scaleOutputs(initializers, node, factors)
    for (const node of group.readers) scaleInputs(initializers, graph, node, factors)
  }
  return { ...graph, initializers }
}

function channelFactors({ values, channels }: ChannelGroup, channelMaxima: ReadonlyMap<string, Float32Array>, { strength, largestFactor }: EqualizeOptions): Float64Array | undefined {
  const observed = values.flatMap((value) => channelMaxima.get(value) ?? [])
  if (observed.length === 0) return undefined
  const maxima = Float64Array.from({ length: channels }, (_, channel) => Math.max(...observed.map((maximum) => maximum[channel])))
  const largest = Math.max(...maxima)
  return maxima.map((maximum) => Math.min(largestFactor, maximum > 0 ? (largest / maximum) ** strength : 1))
}

type Initializers = Map<string, TensorData>

function scaleOutputs(initializers: Initializers, node: Node, factors: Float64Array): void {
  const axis = outputAxis(node) ?? 0
  rescale(initializers, node.inputs[1], ({ shape }) => {
    const length = sizeOf(shape.slice(axis + 1))
    return (index) => factors[Math.floor(index / length) % shape[axis]]
  })
  if (node.inputs[2]) rescale(initializers, node.inputs[2], () => (index) => factors[index])
}

function scaleInputs(initializers: Initializers, graph: Graph, node: Node, factors: Float64Array): void {
  const outputs = constantInput(graph, node, 1)?.shape[outputAxis(node) ?? 0] ?? 0
  const groups = node.op === 'Conv' ? Number(node.attributes.group ?? 1) : 1
  rescale(initializers, node.inputs[1], ({ shape }) => {
    if (node.op === 'Gemm') return node.attributes.transB ? (index) => 1 / factors[index % shape[1]] : (index) => 1 / factors[Math.floor(index / shape[1])]
    const window = sizeOf(shape.slice(2))
    const outputOf = (index: number): number => Math.floor(index / (window * shape[1]))
    const first = (index: number): number => Math.floor(outputOf(index) / (outputs / groups)) * shape[1]
    return (index) => 1 / factors[first(index) + (Math.floor(index / window) % shape[1])]
  })
}

function rescale(initializers: Initializers, name: string, factorsOf: (tensor: TensorData) => (index: number) => number): void {
  const tensor = initializers.get(name)
  if (!tensor) return
  const factorOf = factorsOf(tensor)
  initializers.set(name, floatTensor(tensor.shape, Float32Array.from(tensor.data, (value, index) => value * factorOf(index))))
}
