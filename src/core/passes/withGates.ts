import type { Graph, Node } from '../graph/graph'

/** HardSwish as ONNX defines it: x · HardSigmoid(x) with these attributes (HardSwish-14). */
const gateAttributes = { alpha: 1 / 6, beta: 0.5 }

/**
 * HardSwish as a product with its gate. onnxruntime has no int8 kernel for HardSwish and runs it in float, between a conversion to float and one back;
 * it has one for products, and `integerGate` (deploy/) writes the gate out of integers too.
 */
export const withGates = (graph: Graph): Graph => ({ ...graph, nodes: graph.nodes.flatMap(product) })

function product(source: Node): readonly Node[] {
  if (source.op !== 'HardSwish') return [source]
  const [input, gate] = [source.inputs[0], `${source.outputs[0]}/gate`]
  return [
    { name: `${source.name}/gate`, op: 'HardSigmoid', inputs: [input], outputs: [gate], attributes: gateAttributes },
    { ...source, op: 'Mul', inputs: [input, gate], attributes: {} },
  ]
}
