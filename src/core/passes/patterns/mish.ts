import type { Node } from '../../graph/graph'
import type { Found, Surroundings } from './match'

/** x · tanh(softplus(x)). */
export function mish(node: Node, around: Surroundings): Found | undefined {
  const softplus = node.op === 'Tanh' ? around.writer(node.inputs[0], 'Softplus') : undefined
  const product = softplus && around.reader(node, 'Mul')
  const x = softplus?.inputs[0]
  if (!softplus || !product || !x || around.other(product, node.outputs[0]) !== x) return undefined
  return { last: product, parts: [softplus, node], joined: { ...product, op: 'Mish', inputs: [x], attributes: {} } }
}
