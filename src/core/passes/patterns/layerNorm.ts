import type { Node } from '../../graph/graph'
import type { Found, Surroundings } from './match'

/** (x − mean) / √(variance + ε) · scale + shift over the last axis, as exporters before opset 17 write it. */
export function layerNorm(node: Node, around: Surroundings): Found | undefined {
  if (node.op !== 'Div') return undefined
  const [centred, root] = [around.writer(node.inputs[0], 'Sub'), around.writer(node.inputs[1], 'Sqrt')]
  const mean = centred && around.writer(centred.inputs[1], 'ReduceMean')
  const x = centred?.inputs[0]
  if (!centred || !root || !mean || !x || mean.inputs[0] !== x || !isOverLast(mean, x, around)) return undefined
  const spread = varianceOf(root, x, around)
  const affine = affineOf(node, x, around)
  if (!spread || !affine) return undefined
  const { last, inputs, parts } = affine
  const attributes = { axis: -1, epsilon: spread.epsilon }
  return {
    last,
    joined: { ...last, op: 'LayerNormalization', inputs: [x, ...inputs], attributes },
    parts: [mean, centred, ...spread.parts, root, ...parts].filter((part, index, all) => all.indexOf(part) === index),
  }
}

function isOverLast({ attributes: { axes, keepdims = 1 } }: Node, x: string, around: Surroundings): boolean {
  const rank = around.shape(x).length
  return Array.isArray(axes) && axes.length === 1 && keepdims === 1 && (axes[0] === -1 || axes[0] === rank - 1)
}

interface Spread {
  readonly epsilon: number
  readonly parts: readonly Node[]
}

/** √(mean((x − mean)²) + ε); some exporters compute the difference twice. */
function varianceOf(root: Node, x: string, around: Surroundings): Spread | undefined {
  const sum = around.writer(root.inputs[0], 'Add')
  const index = sum?.inputs.findIndex((name) => around.constant(name)?.data.length === 1) ?? -1
  const variance = sum && around.writer(sum.inputs[1 - index], 'ReduceMean')
  if (!sum || index < 0 || !variance) return undefined
  const square = around.writer(variance.inputs[0], 'Pow') ?? around.writer(variance.inputs[0], 'Mul')
  const centred = square && around.writer(square.inputs[0], 'Sub')
  const squares = square?.op === 'Mul' ? square.inputs[1] === square.inputs[0] : around.isNumber(square?.inputs[1], 2)
  const mean = centred && around.writer(centred.inputs[1], 'ReduceMean')
  if (!square || !centred || !mean || !squares || centred.inputs[0] !== x || mean.inputs[0] !== x) return undefined
  if (!isOverLast(variance, square.outputs[0] ?? '', around) || !isOverLast(mean, x, around)) return undefined
  return { epsilon: around.constant(sum.inputs[index])?.data[0] ?? 0, parts: [mean, centred, square, variance, sum] }
}

interface Affine {
  readonly last: Node
  readonly inputs: readonly string[]
  /** The nodes before the last. */
  readonly parts: readonly Node[]
}

/** The product with a scale and, where there is one, the sum with a shift. */
function affineOf(quotient: Node, x: string, around: Surroundings): Affine | undefined {
  const features = around.shape(x).at(-1)
  const parameterOf = (node: Node, value: Node): string | undefined => {
    const name = around.other(node, value.outputs[0])
    const shape = around.constant(name)?.shape
    return shape?.length === 1 && shape[0] === features ? name : undefined
  }
  const product = around.reader(quotient, 'Mul')
  const scale = product && parameterOf(product, quotient)
  if (!product || !scale) return undefined
  const sum = around.reader(product, 'Add')
  const shift = sum && parameterOf(sum, product)
  return sum && shift
    ? { last: sum, inputs: [scale, shift], parts: [quotient, product] }
    : { last: product, inputs: [scale], parts: [quotient] }
}
