import { atLeast } from '../../shared/atLeast'
import { NNOptError } from '../../shared/errors'
import { operators } from '../ops/index'
import type { Shape } from '../ops/operator'
import { evaluate, isEvaluable, isShapeQuery } from './evaluate'
import type { Graph, Node } from '../graph/graph'
import { intTensor, sizeOf } from '../graph/tensorData'
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
  const nodes = graph.nodes.flatMap((node) => folder.visit(node))
  return { ...graph, nodes, initializers: folder.initializers() }
}

class Folder {
  private readonly constants = new Map<string, Pair>()
  private readonly shapes: readonly [Map<string, Shape>, Map<string, Shape>] = [new Map(), new Map()]
  private readonly added = new Map<string, TensorData>()

  constructor(private readonly graph: Graph) {
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

  /** The node as it stays, after what it needs at run time; nothing when it is folded away. */
  visit(node: Node): readonly Node[] {
    if (isShapeQuery(node)) return this.foldShape(node)
    const known = node.inputs.every((name) => name === '' || this.constants.has(name))
    if (isEvaluable(node.op) && known) return this.foldNode(node)
    if (!operators.has(node.op)) throw unsupported(node)
    const kept = this.withBatchFree(node)
    kept.forEach((each) => this.inferShapes(each))
    return kept
  }

  initializers(): ReadonlyMap<string, TensorData> {
    const independent = [...this.constants]
      .filter(([, [a, b]]) => same(a, b))
      .map(([name, [tensor]]) => [name, tensor] as const)
    return new Map([...independent, ...this.added])
  }

  private foldShape(node: Node): readonly Node[] {
    const { start, end } = node.attributes
    const of = (probe: 0 | 1): TensorData =>
      intTensor(
        (this.shapes[probe].get(node.inputs[0]!) ?? []).slice(
          Number(start ?? 0),
          end === undefined ? undefined : Number(end),
        ),
      )
    this.setConstant(node.outputs[0]!, [of(0), of(1)])
    return []
  }

  private foldNode(node: Node): readonly Node[] {
    const pairs = node.inputs.map((name) => this.constants.get(name))
    const of = (probe: 0 | 1): TensorData =>
      evaluate(
        node,
        pairs.map((pair) => pair?.[probe]),
      ) as TensorData
    const first = of(0)
    this.setConstant(node.outputs[0]!, [first, pairs.every((pair) => !pair || pair[0] === pair[1]) ? first : of(1)])
    return []
  }

  private setConstant(name: string, pair: Pair): void {
    this.constants.set(name, pair)
    pair.forEach((tensor, probe) => this.shapes[probe]!.set(name, tensor.shape))
  }

  /** A node whose shape depends on the batch gets a constant one that follows it; other constants that do are repeated at run time. */
  private withBatchFree(node: Node): readonly Node[] {
    const dependent = node.inputs.filter((name) => this.dependsOnBatch(name))
    if (dependent.length === 0) return [node]
    if (operators.get(node.op).shapeInput === 1 && !this.dependsOnBatch(node.inputs[0]!))
      return [this.withFreeReshape(node)]
    if (operators.get(node.op).batchMark !== undefined && dependent.length === 1)
      return [this.withMarkedBatch(node, dependent[0]!)]
    if (operators.get(node.op).repeatsInput !== undefined && dependent.length === 1) return [this.withFreeRepeats(node)]
    return [...dependent.map((name) => this.repeated(node, name)), node]
  }

  /** Where the shape is the batch, the operator's own mark for it stands, and the input of the network says how large that is. */
  private withMarkedBatch(node: Node, shapeName: string): Node {
    const mark = operators.get(node.op).batchMark ?? 0
    const [a, b] = this.constants.get(shapeName) as Pair
    const differing = [...a.data].flatMap((dim, axis) => (dim === b.data[axis] ? [] : [axis]))
    if (differing.some((axis) => axis !== 0 || a.data[0] !== probes[0] || b.data[0] !== probes[1]))
      throw this.bound(node, shapeName)
    const name = `${node.outputs[0]}.shape`
    const marked = intTensor([...a.data].map((dim, axis) => (axis === 0 ? mark : dim)))
    this.added.set(name, marked)
    this.setConstant(name, [marked, marked])
    return {
      ...node,
      inputs: [...node.inputs.map((each) => (each === shapeName ? name : each)), this.graph.inputs[0]!.name],
    }
  }

  /** What is tiled once an image is broadcast to all of them. */
  private withFreeRepeats(node: Node): Node {
    const [x = '', repeats = ''] = node.inputs
    const [a, b] = this.constants.get(repeats) as Pair
    const shape = this.shapes[0].get(x) ?? []
    const alone = a.data.every((count, axis) => (axis === 0 ? b.data[0] !== count : count === 1 && b.data[axis] === 1))
    if (!alone || shape[0] !== 1) throw this.bound(node, repeats)
    const name = `${node.outputs[0]}.repeats`
    this.setConstant(name, [intTensor([probes[0], ...shape.slice(1)]), intTensor([probes[1], ...shape.slice(1)])])
    return this.withMarkedBatch({ ...node, op: 'Expand', inputs: [x, name], attributes: {} }, name)
  }

  /** A constant that is the same for every image, repeated as often as there are images. */
  private repeated(reader: Node, name: string): Node {
    const [a, b] = this.constants.get(name) as Pair
    const [[count = 0, ...rest], row] = [a.shape, a.data.subarray(0, a.data.length / (a.shape[0] ?? 1))]
    const repeats = [a, b].every(
      ({ shape, data }, probe) =>
        shape[0] === probes[probe] && data.every((value, index) => Object.is(value, row[index % row.length])),
    )
    if (count !== probes[0] || !repeats) throw this.bound(reader, name)
    const [once, shape] = [`${name}.image`, `${name}.shape`]
    const constants: Readonly<Record<string, TensorData>> = {
      [once]: { dtype: a.dtype, shape: [1, ...rest], data: row },
      [shape]: intTensor([-1, ...rest]),
    }
    for (const [each, value] of Object.entries(constants)) {
      this.added.set(each, value)
      this.setConstant(each, [value, value])
    }
    this.constants.delete(name)
    const inputs = [once, shape, this.graph.inputs[0]!.name]
    return { name: `${name}/Expand`, op: 'Expand', inputs, outputs: [name], attributes: {} }
  }

  private bound(node: Node, input: string): NNOptError {
    return new NNOptError(
      'unsupported',
      `node '${node.name}' (${node.op}): its input '${input}' depends on the batch size in a way that is not supported; export the model with a fixed batch of 1`,
      { node: node.name },
    )
  }

  /** A Reshape whose shape depends on the batch gets a constant shape that follows it. */
  private withFreeReshape(node: Node): Node {
    const [a, b] = atLeast(
      2,
      this.constants
        .get(node.inputs[1]!)!
        .map(({ data }, probe) => withoutRest([...data], this.shapes[probe]!.get(node.inputs[0]!) ?? [])),
    )
    const name = `${node.outputs[0]}.shape`
    const copies = (axis: number): boolean =>
      [a, b].every((shape, probe) => this.shapes[probe]!.get(node.inputs[0]!)?.[axis] === shape[axis])
    const free = a.map((dim, axis) => (dim === b[axis] ? dim : copies(axis) ? 0 : -1))
    if (a.length !== b.length || free.filter((dim) => dim === -1).length > 1) {
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

/** A shape with the size that −1 leaves to the runtime, so that −1 is free for the batch. */
const withoutRest = (shape: readonly number[], input: Shape): readonly number[] =>
  shape.map((dim, axis) =>
    dim === -1
      ? sizeOf(input) / sizeOf(shape.map((each, at) => (at === axis ? 1 : each === 0 ? (input[at] ?? 1) : each)))
      : dim,
  )

const same = (a: TensorData, b: TensorData): boolean =>
  a === b || (a.data.length === b.data.length && a.data.every((value, index) => Object.is(value, b.data[index])))

const unsupported = ({ name, op }: Node): NNOptError =>
  new NNOptError('unsupported', `node '${name}': operator '${op}' is only supported on constants and shapes`, {
    node: name,
    op,
  })
