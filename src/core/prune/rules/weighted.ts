import { outputAxis } from '../../ops/nodeFacts'
import type { TensorData } from '../../graph/tensorData'
import { alongAxis, channelsAlong } from '../labels'
import type { Labels } from '../labels'
import type { FollowContext, Rule } from './rule'

/** Convolutions end channels along axis 1 of their weights and begin new ones along axis 0; depthwise ones pass theirs on. */
export const convolution: Rule = {
  follow: (context) => {
    const { node, shapes, tracker, attributes } = context
    const input = channelsAlong(context.labels(0), 1, shapes[0]![1]!)
    const weight = constantWeight(context)
    if (!input || !weight) return undefined
    const { group } = attributes as { readonly group: number }
    const output = isDepthwise(weight, group, shapes[0]![1]!)
      ? repeated(input, weight.shape[0]! / group)
      : newChannels(context, weight.shape[0]!, group)
    joinGroups(context, input, group, weight.shape[1]!)
    if (weight.shape[1]! > 1 || group === 1) tracker.bind(node.inputs[1]!, 1, input.subarray(0, weight.shape[1]))
    return [bound(context, output, 0, 4)]
  },
  rewrite: ({ node, attributes, shapes, kept }) => {
    const { group } = attributes as { readonly group: number }
    const depthwise = group > 1 && shapes[1]![1] === 1
    const nodeAttributes = depthwise
      ? { ...node.attributes, group: kept(node.inputs[0]!, 1, shapes[0]![1]!).length }
      : node.attributes
    return { node: { ...node, attributes: nodeAttributes }, constants: new Map() }
  },
}

/** Gemm and MatMul with constant weights. */
export const linear: Rule = {
  follow: (context) => {
    const { node, shapes, tracker, attributes } = context
    const { transA = 0 } = attributes as { readonly transA?: number }
    const input = channelsAlong(context.labels(0), shapes[0]!.length - 1, shapes[0]![shapes[0]!.length - 1]!)
    const weight = constantWeight(context)
    if (!input || !weight || transA !== 0) return undefined
    const axis = outputAxis(node) ?? 1
    if (weight.shape.length !== 2) return undefined
    tracker.bind(node.inputs[1]!, 1 - axis, input)
    const rank = shapes[0]!.length
    return [bound(context, newChannels(context, weight.shape[axis]!, 1), axis, rank, rank - 1)]
  },
}

/** Transposed convolutions end channels along axis 0 of their weights and begin new ones along axis 1. */
export const transposedConvolution: Rule = {
  follow: (context) => {
    const { node, shapes, tracker, attributes } = context
    const input = channelsAlong(context.labels(0), 1, shapes[0]![1]!)
    const weight = constantWeight(context)
    if (!input || !weight || (attributes as { readonly group: number }).group !== 1) return undefined
    tracker.bind(node.inputs[1]!, 0, input)
    return [bound(context, newChannels(context, weight.shape[1]!, 1), 1, 4)]
  },
}

function constantWeight({ constant }: FollowContext): TensorData | undefined {
  return constant(1)
}

const isDepthwise = ({ shape }: TensorData, group: number, channels: number): boolean =>
  group > 1 && shape[1] === 1 && group === channels

const repeated = (ids: Int32Array, times: number): Int32Array =>
  Int32Array.from({ length: ids.length * times }, (_, index) => ids[Math.floor(index / times)]!)

/** Fresh channels; in a grouped convolution those at the same place of every group go together, so that groups stay equal. */
function newChannels({ node, tracker }: FollowContext, count: number, group: number): Int32Array {
  const ids = tracker.fresh(count)
  const each = count / group
  ids.forEach((id, index) => tracker.join(id, ids[index % each]!))
  tracker.producers.push({ node, ids })
  return ids
}

function joinGroups({ tracker }: FollowContext, input: Int32Array, group: number, each: number): void {
  if (group > 1 && each > 1) input.forEach((id, index) => tracker.join(id, input[index % each]!))
}

/** Ties the weight's output axis and the bias to the output's channels. */
function bound(
  { node, tracker, shapes, isConstant }: FollowContext,
  output: Int32Array,
  axis: number,
  rank: number,
  channelAxis = 1,
): Labels {
  tracker.bind(node.inputs[1]!, axis, output)
  const bias = node.inputs[2]
  if (bias) {
    const last = shapes[2]!.length - 1
    if (!isConstant(2)) tracker.block(output, `node '${node.name}' (${node.op}) adds a computed bias`)
    else if (shapes[2]![last] === output.length) tracker.bind(bias, last, output)
  }
  return alongAxis(output, channelAxis, rank)
}
