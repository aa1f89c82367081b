import { consumers, producers } from '../../graph/graph'
import type { Graph, Node } from '../../graph/graph'
import type { TensorData } from '../../graph/tensorData'
import type { Shape } from '../../ops/operator'

/** Nodes that exporters write for one operator, and that operator. */
export interface Found {
  /** Whose place the operator takes: the last of them. */
  readonly last: Node
  readonly joined: Node
  /** All others; nothing outside reads what they write. */
  readonly parts: readonly Node[]
  /** Constants in the shape that the operator wants, under their names. */
  readonly constants?: Readonly<Record<string, TensorData>>
}

/** Looks around a node. */
export class Surroundings {
  private readonly writers: ReadonlyMap<string, Node>
  private readonly readers: ReadonlyMap<string, readonly Node[]>
  private readonly outputs: ReadonlySet<string>

  constructor(
    private readonly graph: Graph,
    private readonly shapes: ReadonlyMap<string, Shape>,
  ) {
    this.writers = producers(graph)
    this.readers = consumers(graph)
    this.outputs = new Set(graph.outputs.map(({ name }) => name))
  }

  constant(name: string | undefined): TensorData | undefined {
    return this.graph.initializers.get(name ?? '')
  }

  shape(name: string | undefined): Shape {
    return this.shapes.get(name ?? '') ?? []
  }

  /** The node of that operator that writes a value. */
  writer(name: string | undefined, op: string): Node | undefined {
    const node = this.writers.get(name ?? '')
    return node?.op === op ? node : undefined
  }

  /** The only node that reads what a node writes, if it is of that operator. */
  reader(node: Node | undefined, op: string): Node | undefined {
    const output = node?.outputs[0] ?? ''
    const [reader, second] = this.readers.get(output) ?? []
    return reader?.op === op && !second && !this.outputs.has(output) ? reader : undefined
  }

  /** Whether all that read what the parts write are among the parts and the last node. */
  isClosed(parts: readonly Node[], last: Node): boolean {
    const inside = new Set([...parts, last])
    return parts.every((part) =>
      part.outputs.every(
        (output) => !this.outputs.has(output) && (this.readers.get(output) ?? []).every((node) => inside.has(node)),
      ),
    )
  }

  countReaders(name: string | undefined): number {
    return this.readers.get(name ?? '')?.length ?? 0
  }

  /** Of two operands, the one that is not `name`. */
  other(node: Node, name: string | undefined): string | undefined {
    const [a, b] = node.inputs
    return a === name ? b : b === name ? a : undefined
  }

  /** The value that a node multiplies by, adds to or divides by a number near `value`. */
  besides(node: Node | undefined, value: number): string | undefined {
    const index = node?.inputs.findIndex((name) => this.isNumber(name, value)) ?? -1
    return node && index >= 0 ? node.inputs[1 - index] : undefined
  }

  isNumber(name: string | undefined, value: number): boolean {
    const data = this.constant(name)?.data
    return data?.length === 1 && Math.abs((data[0] ?? NaN) - value) <= 1e-3 * Math.abs(value)
  }
}
