import { channelsAlong, varyingAxes } from '../labels'
import { positiveAxis } from './rule'
import type { Rule } from './rule'

/** Operators with a parameter for each channel of axis 1: BatchNormalization and PRelu; those that normalize groups of channels keep the groups equal. */
export const perChannel: Rule = {
  follow: ({ node, attributes, shapes, labels, isConstant, tracker }) => {
    const size = shapes[0]![1]!
    const ids = channelsAlong(labels(0), 1, size)
    if (!ids || node.inputs.some((name, index) => index > 0 && name !== '' && !isConstant(index))) return undefined
    shapes.slice(1).forEach((shape, index) => {
      const axis = shape.findIndex((dim) => dim === size)
      if (axis >= 0 && size > 1) tracker.bind(node.inputs[index + 1]!, axis, ids)
    })
    const { num_groups: groups = 1 } = attributes as { readonly num_groups?: number }
    if (groups > 1) ids.forEach((id, index) => tracker.join(id, ids[index % (size / groups)]!))
    return [labels(0)]
  },
}

/** A normalization over the last axis, with a parameter for each of its features: as Torch-Pruning does, the features that stay are normalized among themselves. */
export const normalization: Rule = {
  follow: ({ node, attributes, shapes, labels, isConstant, tracker }) => {
    const last = shapes[0]!.length - 1
    const { axis } = attributes as { readonly axis: number }
    const ids = channelsAlong(labels(0), last, shapes[0]![last]!)
    if (!ids)
      return varyingAxes(labels(0)).every((each) => each < positiveAxis(axis, last + 1)) ? [labels(0)] : undefined
    if (positiveAxis(axis, last + 1) !== last) return undefined
    node.inputs.slice(1).forEach((name, index) => name && isConstant(index + 1) && tracker.bind(name, 0, ids))
    return [labels(0)]
  },
}
