import { channelsAlong } from '../labels'
import type { Rule } from './rule'

/** Operators with a parameter for each channel of axis 1: BatchNormalization and PRelu. */
export const perChannel: Rule = {
  follow: ({ node, shapes, labels, isConstant, tracker }) => {
    const size = shapes[0]![1]!
    const ids = channelsAlong(labels(0), 1, size)
    if (!ids || node.inputs.some((name, index) => index > 0 && name !== '' && !isConstant(index))) return undefined
    shapes.slice(1).forEach((shape, index) => {
      const axis = shape.findIndex((dim) => dim === size)
      if (axis >= 0 && size > 1) tracker.bind(node.inputs[index + 1]!, axis, ids)
    })
    return [labels(0)]
  },
}
