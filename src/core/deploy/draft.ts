import type { Node } from '../graph/graph'
import type { TensorData } from '../graph/tensorData'
import type { Piece } from './qdqPieces'

/** Nodes and initializers in the making, under names that begin alike. */
export interface Draft extends Piece {
  readonly nodes: Node[]
  /** Adds a node and returns the name of its output: `base/part`, or the one that is given. */
  add(
    part: string,
    op: string,
    inputs: readonly string[],
    options?: { attributes?: Node['attributes']; output?: string },
  ): string
  /** Adds an initializer and returns its name. */
  put(part: string, tensor: TensorData): string
}

export function createDraft(base: string): Draft {
  const nodes: Node[] = []
  const initializers = new Map<string, TensorData>()
  return {
    nodes,
    initializers,
    add(part, op, inputs, { attributes = {}, output = `${base}/${part}` } = {}) {
      nodes.push({ name: `${base}/${part}`, op, inputs, outputs: [output], attributes })
      return output
    },
    put(part, tensor) {
      initializers.set(`${base}/${part}`, tensor)
      return `${base}/${part}`
    },
  }
}
