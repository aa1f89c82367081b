import { NNOptError } from '../../shared/errors'
import { operators } from '../ops/index'
import type { Shape } from '../ops/operator'
import { evaluate, isEvaluable } from './evaluate'
import type { Graph, Node } from './graph'
import { intTensor } from './tensorData'
import type { TensorData } from './tensorData'

/** Batch sizes at which shape chains are computed: what differs between the two depends on the batch. */
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
      probes.forEach((batch, probe) => this.shapes[probe].set(name, shape.map((dim, axis) => (axis === 0 ? batch : Number(dim)))))
    }
  }

  /** The node as it stays, or undefined when it is folded away. */
  visit(node: Node): Node | undefined {
    if (node.op === 'Shape') return this.foldShape(node)
    const inputs = node.inputs.filter(Boolean).map((name) => this.constants.get(name))
    if (isEvaluable(node.op) && inputs.every((pair) => pair !== undefined)) return this.foldNode(node, inputs as readonly Pair[])
    if (!operators.has(node.op)) throw unsupported(node)
    const kept = this.withBatchFree(node)
    this.inferShapes(kept)
    return kept
  }

  initializers(): ReadonlyMap<string, TensorData> {
    const independent = [...this.constants].filter(([, [a, b]]) => same(a, b)).map(([name, [tensor]]) => [name, tensor] as const)
    return new Map([...independent, ...this.added])
  }

  private foldShape(node: Node): undefined {
    const of = (probe: 0 | 1): TensorData => intTensor(this.shapes[probe].get(node.inputs[0]) ?? [])
    this.setConstant(node.outputs[0], [of(0), of(1)])
  }

  private foldNode(node: Node, inputs: readonly Pair[]): undefined {
    const of = (probe: 0 | 1): TensorData => evaluate(node, inputs.map((pair) => pair[probe])) as TensorData
    this.setConstant(node.outputs[0], [of(0), of(1)])
  }

  private setConstant(name: string, pair: Pair): void {
    this.constants.set(name, pair)
    pair.forEach((tensor, probe) => this.shapes[probe].set(name, tensor.shape))
  }

  /** A Reshape whose shape depends on the batch gets a constant shape that follows it. */
  private withBatchFree(node: Node): Node {
    const dependent = node.inputs.findIndex((name) => this.dependsOnBatch(name))
    if (dependent === -1) return node
    if (node.op !== 'Reshape') throw new NNOptError('unsupported', `node '${node.name}' (${node.op}): its input '${node.inputs[dependent]}' depends on the batch size, which is supported for Reshape only`, { node: node.name })
    const [a, b] = this.constants.get(node.inputs[1]) as Pair
    const name = `${node.outputs[0]}.shape`
    const free = [...a.data].map((dim, axis) => (dim === b.data[axis] ? dim : axis === 0 && dim === probes[0] ? 0 : -1))
    this.added.set(name, intTensor(free))
    this.setConstant(name, [intTensor(free), intTensor(free)])
    return { ...node, inputs: [node.inputs[0], name] }
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
      const outputs = operator.shape({ node, attributes, shapes: node.inputs.map((name) => shapes.get(name) ?? []), constant })
      outputs.forEach((shape, index) => shapes.set(node.outputs[index], shape))
    })
  }
}

const same = (a: TensorData, b: TensorData): boolean => a === b || (a.data.length === b.data.length && a.data.every((value, index) => Object.is(value, b.data[index])))

function unsupported({ name, op }: Node): NNOptError {
  const detail = isEvaluable(op) ? `operator '${op}' is supported on constants and shapes only` : `operator '${op}' is not supported; supported are ${operators.ids.join(', ')}`
  return new NNOptError('unsupported', `node '${name}': ${detail}`, { node: name, op })
}
