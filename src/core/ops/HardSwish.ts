import { add, cast, clipByValue, div, greater, less, logicalAnd, mul } from '@tensorflow/tfjs-core'
import type { Node } from '../graph/graph'
import { definePointwise } from './pointwise'

/** x · max(0, min(1, x / 6 + 1/2)) (ONNX HardSwish-14; Howard et al., 2019). */
export const hardSwishOperator = definePointwise({
  id: 'HardSwish',
  quantization: 'float',
  expanded: gated,
  precision: 'follow',
  reads: 'input',
  forward: (x) => mul(x, clipByValue(add(div(x, 6), 0.5), 0, 1)),
  gradient: (dy, x) => {
    const inside = cast(logicalAnd(greater(x, -3), less(x, 3)), 'float32')
    return mul(dy, add(clipByValue(add(div(x, 6), 0.5), 0, 1), mul(inside, div(x, 6))))
  },
})

/** x · HardSigmoid(x) with these attributes (ONNX HardSwish-14). */
const gateAttributes = { alpha: 1 / 6, beta: 0.5 }

/** A product with its gate. onnxruntime has no int8 kernel for HardSwish; it has one for products, and `integerGate` (deploy/) writes the gate out of integers too. */
function gated(node: Node): readonly Node[] {
  const [gate, inputs] = [`${node.outputs[0]}/gate`, node.inputs.slice(0, 1)]
  return [
    { name: `${node.name}/gate`, op: 'HardSigmoid', inputs, outputs: [gate], attributes: gateAttributes },
    { ...node, op: 'Mul', inputs: [...inputs, gate], attributes: {} },
  ]
}
