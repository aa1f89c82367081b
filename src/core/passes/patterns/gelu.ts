import type { Node } from '../../graph/graph'
import { tanhCubic, tanhSlope } from '../../ops/Gelu'
import type { Found, Surroundings } from './match'

/** x · (1 + f(x)) · ½, in whatever order: f is the error function of x / √2, or tanh. */
export function gelu(node: Node, around: Surroundings): Found | undefined {
  const inner =
    node.op === 'Erf' ? errorArgument(node, around) : node.op === 'Tanh' ? tanhArgument(node, around) : undefined
  const gate = around.reader(node, 'Add')
  if (!inner || !gate || around.besides(gate, 1) !== node.outputs[0]) return undefined
  const product = halved(gate, inner.x, around)
  if (!product) return undefined
  const parts = [...inner.parts, node, gate, ...product.slice(0, -1)]
  const last = product.at(-1) as Node
  const attributes = { approximate: node.op === 'Erf' ? 'none' : 'tanh' }
  return { last, parts, joined: { ...last, op: 'Gelu', inputs: [inner.x], attributes } }
}

interface Argument {
  readonly x: string
  readonly parts: readonly Node[]
}

function errorArgument({ inputs: [argument] }: Node, around: Surroundings): Argument | undefined {
  const [divided, multiplied] = [around.writer(argument, 'Div'), around.writer(argument, 'Mul')]
  const x = divided
    ? around.isNumber(divided.inputs[1], Math.SQRT2)
      ? divided.inputs[0]
      : undefined
    : around.besides(multiplied, Math.SQRT1_2)
  const part = divided ?? multiplied
  return x && part ? { x, parts: [part] } : undefined
}

/** √(2/π) · (x + 0.044715 · x³). */
function tanhArgument({ inputs: [argument] }: Node, around: Surroundings): Argument | undefined {
  const scaled = around.writer(argument, 'Mul')
  const sum = around.writer(around.besides(scaled, tanhSlope), 'Add')
  if (!scaled || !sum) return undefined
  for (const [x, cubic] of [sum.inputs, [...sum.inputs].reverse()]) {
    const product = around.writer(cubic, 'Mul')
    const cube = product && cubeOf(around.besides(product, tanhCubic), x ?? '', around)
    if (x && product && cube) return { x, parts: [...cube, product, sum, scaled] }
  }
  return undefined
}

function cubeOf(name: string | undefined, x: string, around: Surroundings): readonly Node[] | undefined {
  const power = around.writer(name, 'Pow')
  if (power) return power.inputs[0] === x && around.isNumber(power.inputs[1], 3) ? [power] : undefined
  const product = around.writer(name, 'Mul')
  const square = product && around.writer(around.other(product, x), 'Mul')
  return product && square?.inputs.every((input) => input === x) ? [square, product] : undefined
}

/** The products that bring in x and ½ after the gate. */
function halved(gate: Node, x: string, around: Surroundings): readonly Node[] | undefined {
  const products: Node[] = []
  let [current, halves, xs] = [gate, 0, 0]
  while (halves + xs < 2) {
    const product = around.reader(current, 'Mul')
    if (!product) return undefined
    const other = around.other(product, current.outputs[0])
    const half = around.writer(other, 'Mul')
    if (around.isNumber(other, 0.5)) halves++
    else if (other === x) xs++
    else if (half && around.besides(half, 0.5) === x) {
      products.push(half)
      halves++
      xs++
    } else return undefined
    products.push(product)
    current = product
  }
  return halves === 1 && xs === 1 ? products : undefined
}
