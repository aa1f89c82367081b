import type { Node } from '../../graph/graph'
import type { TensorData } from '../../graph/tensorData'
import type { Found, Surroundings } from './match'

/** [N, C, …] as [N, groups, …], normalized by InstanceNormalization, and back, then scaled and shifted by channel. */
export function groupNorm(node: Node, around: Surroundings): Found | undefined {
  const [split, back] = [around.writer(node.inputs[0], 'Reshape'), around.reader(node, 'Reshape')]
  const x = split?.inputs[0]
  const shape = around.shape(x)
  if (!split || !back || !x || !isPlain(node, around) || !isSame(shape, around.shape(back.outputs[0]))) return undefined
  const product = around.reader(back, 'Mul')
  const sum = around.reader(product, 'Add')
  const scaleName = product && around.other(product, back.outputs[0])
  const shiftName = sum && product && around.other(sum, product.outputs[0])
  const [scale, shift] = [byChannel(scaleName, shape, around), byChannel(shiftName, shape, around)]
  if (!product || !sum || !scaleName || !shiftName || !scale || !shift) return undefined
  const attributes = {
    num_groups: around.shape(node.inputs[0])[1] ?? 1,
    ...(node.attributes.epsilon !== undefined && { epsilon: node.attributes.epsilon }),
  }
  return {
    last: sum,
    joined: { ...sum, op: 'GroupNormalization', inputs: [x, scaleName, shiftName], attributes },
    parts: [split, node, back, product],
    constants: { [scaleName]: scale, [shiftName]: shift },
  }
}

const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((dim, axis) => dim === b[axis])

const isPlain = ({ inputs }: Node, around: Surroundings): boolean =>
  [1, 0].every((value, index) => around.constant(inputs[index + 1])?.data.every((each) => each === value))

/** A constant [C, 1, …] that nothing else reads, as [C]. */
function byChannel(name: string | undefined, shape: readonly number[], around: Surroundings): TensorData | undefined {
  const constant = around.constant(name)
  const expected = shape.slice(1).map((dim, axis) => (axis === 0 ? dim : 1))
  if (!constant || around.countReaders(name) !== 1 || !isSame(constant.shape, expected)) return undefined
  return { ...constant, shape: [constant.data.length] }
}
