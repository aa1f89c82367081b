import type { Tensor } from '@tensorflow/tfjs-core'
import { reshape, sum } from '@tensorflow/tfjs-core'
import { NNOptError } from '../../shared/errors'
import type { Node } from '../graph/graph'
import type { Shape } from './operator'

/** The shape of a numpy-style broadcast; throws naming the node when two dimensions differ and neither is 1. */
export function broadcastShape(node: Node, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1]
    if (left !== right && left !== 1 && right !== 1) {
      throw new NNOptError(
        'badInput',
        `node '${node.name}' (${node.op}): shapes [${a.join(', ')}] and [${b.join(', ')}] cannot be broadcast together`,
        { node: node.name },
      )
    }
    return left === 1 ? right : left
  })
}

/** Sums a gradient over the axes along which the operand was broadcast. Returns a new tensor. */
export function sumToShape(dy: Tensor, shape: Shape): Tensor {
  const lead = dy.rank - shape.length
  const axes = dy.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < lead || (shape[axis - lead] === 1 && dy.shape[axis] !== 1))
  return axes.length === 0 ? dy.clone() : reshape(sum(dy, axes, true), [...shape])
}
