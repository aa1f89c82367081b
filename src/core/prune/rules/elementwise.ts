import type { Shape } from '../../ops/operator'
import { expanded, varyingAxes, withoutChannels } from '../labels'
import type { Labels } from '../labels'
import type { FollowContext, Rule } from './rule'
import { atLeast } from '../../../shared/atLeast'

interface Operand {
  readonly index: number
  /** The value's own shape and its labels, filled up with 1 from the left. */
  readonly shape: Shape
  readonly labels: Labels
}

/** Two inputs meet position by position: their channels go together. Constants are cut along the channels that they meet. */
export const elementwise: Rule = {
  follow: (context) => {
    const output = context.outputShapes[0]!
    const operands = [0, 1].map((index) => aligned(context, index, output.length))
    const computed = operands.filter(({ index }) => !context.isConstant(index))
    const whole = computed.filter((operand) => !isSpread(operand, output, operands))
    for (const operand of computed.filter((each) => !whole.includes(each)))
      context.tracker.block(
        operand.labels.ids,
        `node '${context.node.name}' (${context.node.op}) spreads one channel over many`,
      )
    const labels = merged(context, whole, output)
    for (const constant of operands.filter(({ index }) => context.isConstant(index)))
      if (!bindConstant(context, constant, labels)) return undefined
    return [labels]
  },
}

const filledUp = (shape: Shape, rank: number): Shape => [...new Array<number>(rank - shape.length).fill(1), ...shape]

function aligned({ shapes, labels }: FollowContext, index: number, rank: number): Operand {
  const own = labels(index)
  return { index, shape: filledUp(shapes[index]!, rank), labels: { shape: filledUp(own.shape, rank), ids: own.ids } }
}

/** One position of the operand meets several channels of another one. */
const isSpread = ({ index, shape }: Operand, output: Shape, operands: readonly Operand[]): boolean =>
  output.some(
    (dim, axis) =>
      dim > 1 && shape[axis] === 1 && operands.some((other) => other.index !== index && other.labels.shape[axis]! > 1),
  )

function merged({ tracker }: FollowContext, operands: readonly Operand[], output: Shape): Labels {
  if (operands.length === 0) return withoutChannels(output.length)
  const common = output.map((_, axis) => Math.max(...operands.map(({ labels }) => labels.shape[axis]!)))
  const [first, ...rest] = atLeast(
    1,
    operands.map(({ labels }) => expanded(labels, common)),
  )
  for (const other of rest) tracker.joinAll(first.ids, other.ids)
  return first
}

function bindConstant({ node, shapes, tracker }: FollowContext, { index, shape }: Operand, labels: Labels): boolean {
  const axes = varyingAxes(labels).filter((axis) => shape[axis]! > 1)
  if (axes.length > 0 && varyingAxes(labels).length > 1) return false
  for (const axis of axes) tracker.bind(node.inputs[index]!, axis - (shape.length - shapes[index]!.length), labels.ids)
  return true
}
