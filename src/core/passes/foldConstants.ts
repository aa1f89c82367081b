import { NNOptError } from '../../shared/errors'
import { operators } from '../ops/index'
import type { Shape } from '../ops/operator'
import { evaluate, isEvaluable, isShapeQuery } from './evaluate'
import type { Graph, Node } from '../graph/graph'
import { intTensor } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'

/** Sizes of a free batch axis at which shape chains are computed: what differs between the two depends on the batch. */
const probes = [2, 3] as const

/** A constant at each probe. */
type Pair = readonly [TensorData, TensorData]

/**
 * Computes everything that depends on weights and shapes alone. Chains such as Shape–Gather–Concat–Reshape, by which exporters keep the batch axis free, become constant
 * shapes in which the batch stands as 0 or −1. Throws `unsupported` naming the node for an operator that is neither known nor foldable.
 */
export function foldConstants(graph: Graph): Graph {
  const folder = new Folder(graph)
  const nodes = graph.nodes.flatMap((node) => folder.visit(node) ?? [])
  return { ...graph, nodes, initializers: folder.initializers() }
}

class Folder {
  private readonly constants = new Map<string, Pair>()
  private readonly shapes: readonly [Map<string, Shape>, Map<string, Shape>] = [new Map(), new Map()]
  private readonly added = new Map<string, TensorData>()

  constructor(graph: Graph) {
    for (const [name, tensor] of graph.initializers) this.setConstant(name, [tensor, tensor])
    for (const { name, shape } of graph.inputs) {
      probes.forEach((batch, probe) =>
        this.shapes[probe]!.set(
          name,
          shape.map((dim, axis) => (axis === 0 && typeof dim !== 'number' ? batch : Number(dim))),
        ),
      )
    }
  }

  /** The node as it stays, or undefined when it is folded away. */
  visit(node: Node): Node | undefined {
    if (isShapeQuery(node)) return this.foldShape(node)
    const known = node.inputs.every((name) => name === '' || this.constants.has(name))
    if (isEvaluable(node.op) && known) return this.foldNode(node)
    if (!operators.has(node.op)) throw unsupported(node)
    const kept = this.withBatchFree(node)
    this.inferShapes(kept)
    return kept
  }

  initializers(): ReadonlyMap<string, TensorData> {
    const independent = [...this.constants]
      .filter(([, [a, b]]) => same(a, b))
      .map(([name, [tensor]]) => [name, tensor] as const)
    return new Map([...independent, ...this.added])
  }

  private foldShape(node: Node): undefined {
    const { start, end } = node.attributes
    const of = (probe: 0 | 1): TensorData =>
      intTensor(
        (this.shapes[probe].get(node.inputs[0]!) ?? []).slice(
          Number(start ?? 0),
          end === undefined ? undefined : Number(end),
        ),
      )
    this.setConstant(node.outputs[0]!, [of(0), of(1)])
  }

  private foldNode(node: Node): undefined {
    const pairs = node.inputs.map((name) => this.constants.get(name))
    const of = (probe: 0 | 1): TensorData =>
      evaluate(
        node,
        pairs.map((pair) => pair?.[probe]),
      ) as TensorData
    const first = of(0)
    this.setConstant(node.outputs[0]!, [first, pairs.every((pair) => !pair || pair[0] === pair[1]) ? first : of(1)])
  }

  private setConstant(name: string, pair: Pair): void {
    this.constants.set(name, pair)
    pair.forEach((tensor, probe) => this.shapes[probe]!.set(name, tensor.shape))
  }

  /** A Reshape whose shape depends on the batch gets a constant shape that follows it. */
  private withBatchFree(node: Node): Node {
    const dependent = node.inputs.findIndex((name) => this.dependsOnBatch(name))
    if (dependent === -1) return node
    if (operators.get(node.op).shapeInput !== 1)
      throw new NNOptError(
        'unsupported',
        `node '${node.name}' (${node.op}): its input '${node.inputs[dependent]}' depends on the batch size, which is only supported for Reshape`,
        { node: node.name },
      )
    const [a, b] = this.constants.get(node.inputs[1]!) as Pair
    const name = `${node.outputs[0]}.shape`
    const copies = (axis: number): boolean =>
      [a, b].every((shape, probe) => this.shapes[probe]!.get(node.inputs[0]!)?.[axis] === shape.data[axis])
    const free = [...a.data].map((dim, axis) => (dim === b.data[axis] ? dim : copies(axis) ? 0 : -1))
    if (a.data.length !== b.data.length || free.filter((dim) => dim === -1).length > 1) {
      throw new NNOptError(
        'unsupported',
        `node '${node.name}' (Reshape): more than one axis of its shape depends on the batch size; export the model with a fixed batch of 1`,
        { node: node.name },
      )
    }
    this.added.set(name, intTensor(free))
    this.setConstant(name, [intTensor(free), intTensor(free)])
    return { ...node, inputs: [node.inputs[0]!, name], attributes: {} }
  }

  private dependsOnBatch(name: string): boolean {
    const pair = this.constants.get(name)
    return pair !== undefined && !same(pair[0], pair[1])
  }

  private inferShapes(node: Node): void {
    const operator = operators.get(node.op)
    const attributes = operator.parse(node)
    this.shapes.forEach((shapes, probe) => {
      const constant = (index: number): TensorData | undefined => this.constants.get(node.inputs[index] ?? '')?.[probe]
      const outputs = operator.shape({
        node,
        attributes,
        shapes: node.inputs.map((name) => shapes.get(name) ?? []),
        constant,
      })
      outputs.forEach((shape, index) => shapes.set(node.outputs[index]!, shape))
    })
  }
}

const same = (a: TensorData, b: TensorData): boolean =>
  a === b || (a.data.length === b.data.length && a.data.every((value, index) => Object.is(value, b.data[index])))

const unsupported = ({ name, op }: Node): NNOptError =>
  new NNOptError('unsupported', `node '${name}': operator '${op}' is only supported on constants and shapes`, {
    node: name,
    op,
  })
