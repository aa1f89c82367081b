import type { Graph, Node } from '../graph/graph'
import { constantInput } from '../graph/graph'
import { groupsOf, isConvolution, outputAxis } from '../ops/nodeFacts'
import { sizeOf } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { atLeast } from '../../shared/atLeast'

/** A weight with the output and the input channel of each of its numbers. */
export interface ChannelWeight {
  readonly name: string
  readonly tensor: TensorData
  readonly outputs: number
  /** Numbers of one output channel. */
  readonly fanIn: number
  outputOf(index: number): number
  inputOf(index: number): number
}

/** The weight of a layer: a convolution, of any group count, or a linear one. */
export function channelWeight(graph: Graph, node: Node): ChannelWeight | undefined {
  const tensor = constantInput(graph, node, 1)
  const axis = outputAxis(node)
  if (!tensor || axis === undefined) return undefined
  const outputs = tensor.shape[axis]!
  const common = { name: node.inputs[1]!, tensor, outputs, fanIn: tensor.data.length / outputs }
  if (!isConvolution(node)) {
    const [row, column] = [
      (index: number) => Math.floor(index / tensor.shape[1]!),
      (index: number) => index % tensor.shape[1]!,
    ]
    return axis === 0 ? { ...common, outputOf: row, inputOf: column } : { ...common, outputOf: column, inputOf: row }
  }
  const [, inner, ...window] = atLeast(2, tensor.shape)
  const perGroup = outputs / groupsOf(node)
  const outputOf = (index: number): number => Math.floor(index / common.fanIn)
  return {
    ...common,
    outputOf,
    inputOf: (index) => Math.floor(outputOf(index) / perGroup) * inner + (Math.floor(index / sizeOf(window)) % inner),
  }
}
