import type { Graph, Node } from '../../graph/graph'
import { floatTensor, intTensor } from '../../graph/tensorData'
import type { TensorData } from '../../graph/tensorData'
import { operatorOf } from '../../ops/nodeFacts'
import { inferShapes } from '../inferShapes'
import { tanhCubic, tanhSlope } from '../../ops/Gelu'

/** A node in the words of opset 17. */
interface LoweredNode {
  readonly nodes: readonly Node[]
  readonly constants: Readonly<Record<string, TensorData>>
}

/**
 * The graph in operators of ONNX opset 17, which every runtime since onnxruntime 1.13 reads: those that came later (Gelu, Mish,
 * GroupNormalization) as older ones, and shapes that hold the batch computed from the input. Reading such a file joins them again
 * (see index.ts).
 */
export function lowered(graph: Graph): Graph {
  const initializers = new Map(graph.initializers)
  const rankOf = ranks(graph)
  const nodes = graph.nodes.flatMap((node) => {
    const made = rules[node.op]?.(node, rankOf, graph) ?? withRuntimeShape(graph, node)
    if (!made) return [node]
    for (const [name, value] of Object.entries(made.constants)) initializers.set(name, value)
    return made.nodes
  })
  return { ...graph, nodes, initializers }
}

/** Writes nodes that lead to the outputs of one: inner names begin with its name, and the last node bears it. */
class Chain {
  private readonly nodes: Node[] = []
  private readonly values: Record<string, TensorData> = {}

  constructor(private readonly node: Node) {}

  constant(suffix: string, value: TensorData): string {
    const name = `${this.node.name}/${suffix}`
    this.values[name] = value
    return name
  }

  number(suffix: string, value: number): string {
    return this.constant(suffix, floatTensor([], [value]))
  }

  add(suffix: string, op: string, inputs: readonly string[], attributes: Node['attributes'] = {}): string {
    const name = `${this.node.name}/${suffix}`
    this.nodes.push({ name, op, inputs, outputs: [name], attributes })
    return name
  }

  end(op: string, inputs: readonly string[], attributes: Node['attributes'] = {}): LoweredNode {
    const last = { name: this.node.name, op, inputs, outputs: this.node.outputs, attributes }
    return { nodes: [...this.nodes, last], constants: this.values }
  }
}

type Lowering = (node: Node, rankOf: (value: string) => number, graph: Graph) => LoweredNode

/** Shapes are inferred only if something asks. */
function ranks(graph: Graph): (value: string) => number {
  let shapes: ReadonlyMap<string, readonly number[]> | undefined
  const batch = graph.inputs[0]?.shape[0]
  return (value) => {
    shapes ??= inferShapes(graph, typeof batch === 'number' ? batch : 1)
    return shapes.get(value)?.length ?? 0
  }
}

const gelu: Lowering = (node) => {
  const [chain, x] = [new Chain(node), node.inputs[0] ?? '']
  const inner = node.attributes.approximate === 'tanh' ? tanhInner(chain, x) : errorInner(chain, x)
  const gate = chain.add('Add', 'Add', [inner, chain.number('one', 1)])
  return chain.end('Mul', [chain.add('Mul', 'Mul', [x, gate]), chain.number('half', 0.5)])
}

/** onnxruntime fuses this form into its own Gelu. */
const errorInner = (chain: Chain, x: string): string =>
  chain.add('Erf', 'Erf', [chain.add('Div', 'Div', [x, chain.number('root', Math.SQRT2)])])

function tanhInner(chain: Chain, x: string): string {
  const cube = chain.add('Pow', 'Pow', [x, chain.number('three', 3)])
  const sum = chain.add('Sum', 'Add', [x, chain.add('Cubic', 'Mul', [cube, chain.number('cubic', tanhCubic)])])
  return chain.add('Tanh', 'Tanh', [chain.add('Slope', 'Mul', [sum, chain.number('slope', tanhSlope)])])
}

const mish: Lowering = (node) => {
  const [chain, x] = [new Chain(node), node.inputs[0] ?? '']
  return chain.end('Mul', [x, chain.add('Tanh', 'Tanh', [chain.add('Softplus', 'Softplus', [x])])])
}

/** InstanceNormalization of groups in place of channels; scale and shift keep their names. */
const groupNorm: Lowering = (node, rankOf, graph) => {
  const [chain, [x = '', scale = '', shift = '']] = [new Chain(node), node.inputs]
  const { num_groups: groups, epsilon } = node.attributes
  const constant = (value: number): TensorData =>
    floatTensor([Number(groups)], new Array<number>(Number(groups)).fill(value))
  const split = chain.add('Split', 'Reshape', [x, chain.constant('groups', intTensor([0, Number(groups), -1]))])
  const parameters = [chain.constant('ones', constant(1)), chain.constant('zeros', constant(0))]
  const normal = chain.add(
    'Normal',
    'InstanceNormalization',
    [split, ...parameters],
    epsilon === undefined ? {} : { epsilon },
  )
  const back = chain.add('Back', 'Reshape', [normal, chain.add('Shape', 'Shape', [x])])
  const { nodes, constants } = chain.end('Add', [chain.add('Scaled', 'Mul', [back, scale]), shift])
  const positions = new Array<number>(Math.max(0, rankOf(x) - 2)).fill(1)
  const aligned = [scale, shift].flatMap((name) => {
    const tensor = graph.initializers.get(name)
    return tensor ? [[name, { ...tensor, shape: [tensor.data.length, ...positions] }] as const] : []
  })
  return { nodes, constants: { ...constants, ...Object.fromEntries(aligned) } }
}

/** By name, as this is about how files write an operator and not about what it is. */
const rules: Readonly<Record<string, Lowering>> = {
  Gelu: gelu,
  Mish: mish,
  GroupNormalization: groupNorm,
}

/** A constant shape that holds a mark for the batch is put together at run time, from the size of the network's input. */
function withRuntimeShape(graph: Graph, node: Node): LoweredNode | undefined {
  const mark = operatorOf(node)?.batchMark
  const [source, ...others] = [...node.inputs].reverse()
  const shapeName = others[0] ?? ''
  const shape = graph.initializers.get(shapeName)
  if (mark === undefined || !shape || shape.dtype !== 'int64' || !graph.inputs.some(({ name }) => name === source))
    return undefined
  const chain = new Chain(node)
  const batch = chain.add('Shape', 'Shape', [source ?? ''], { start: 0, end: 1 })
  const rest = chain.constant('rest', intTensor([...shape.data.subarray(1)]))
  const whole = chain.add('Concat', 'Concat', [batch, rest], { axis: 0 })
  const inputs = [...others].reverse().map((name) => (name === shapeName ? whole : name))
  return chain.end(node.op, inputs, node.attributes)
}
