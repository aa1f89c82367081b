import { NNOptError } from '../../shared/errors'
import type { Graph, Node } from '../graph/graph'
import { inferShapes } from './inferShapes'
import { intTensor } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import type { Shape } from '../ops/operator'

interface Canonical {
  readonly node: Node
  readonly constants?: Readonly<Record<string, TensorData>>
}

type Rule = (
  node: Node,
  shapeOf: (name: string) => Shape,
  constant: (name: string) => TensorData | undefined,
) => Canonical

/** The attribute by which the reader marks a Softmax of an opset before 13, which flattened from `axis` on. */
export const flattens = 'flattens'

/** Forms of other opsets whose opset-17 form depends on shapes. */
export function withCanonicalForms(graph: Graph): Graph {
  if (!graph.nodes.some(({ op }) => op in rules)) return graph
  const batch = typeof graph.inputs[0]!.shape[0] === 'number' ? graph.inputs[0]!.shape[0] : 1
  const shapes = inferShapes(graph, batch)
  const initializers = new Map(graph.initializers)
  const nodes = graph.nodes.map((node) => {
    const canonical = rules[node.op]?.(
      node,
      (name) => shapes.get(name) ?? [],
      (name) => initializers.get(name),
    )
    for (const [name, value] of Object.entries(canonical?.constants ?? {})) initializers.set(name, value)
    return canonical?.node ?? node
  })
  return { ...graph, nodes, initializers }
}

const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)

/** Split-18 allows a smaller last part, which Split-13 wants spelled out. */
const split: Rule = (node, shapeOf) => {
  if (node.inputs[1]) return { node }
  const axis = positive(Number(node.attributes.axis ?? 0), shapeOf(node.inputs[0]!).length)
  const sizes = node.outputs.map((output) => shapeOf(output)[axis]!)
  if (sizes.every((size) => size === sizes[0])) return { node }
  const name = `${node.outputs[0]}.split`
  return { node: { ...node, inputs: [node.inputs[0]!, name] }, constants: { [name]: intTensor(sizes) } }
}

/** Pad-18 may name the axes that its widths cover; Pad-13 covers all. */
const pad: Rule = (node, shapeOf, constant) => {
  const [x = '', padsName = '', value = '', axesName] = node.inputs
  const [pads, axes] = [constant(padsName), constant(axesName ?? '')]
  if (!pads || !axes) return { node: axesName ? node : { ...node, inputs: node.inputs.slice(0, 3) } }
  const rank = shapeOf(x).length
  const widths = new Array<number>(2 * rank).fill(0)
  axes.data.forEach((axis, index) => {
    widths[positive(axis, rank)] = pads.data[index]!
    widths[rank + positive(axis, rank)] = pads.data[index + axes.data.length]!
  })
  const name = `${node.outputs[0]}.pads`
  return { node: { ...node, inputs: value ? [x, name, value] : [x, name] }, constants: { [name]: intTensor(widths) } }
}

/** Softmax over all axes from one on is Softmax over the one of them that is larger than 1. */
const softmax: Rule = (node, shapeOf) => {
  const { [flattens]: marked, ...attributes } = node.attributes
  if (!marked) return { node }
  const shape = shapeOf(node.inputs[0]!)
  const first = positive(Number(attributes.axis), shape.length)
  const large = shape.map((_, axis) => axis).filter((axis) => axis >= first && shape[axis]! > 1)
  if (large.length <= 1) return { node: { ...node, attributes: { ...attributes, axis: large[0] ?? first } } }
  throw new NNOptError(
    'unsupported',
    `node '${node.name}' (Softmax): expected one axis, got axes ${large.join(', ')} of [${shape.join(', ')}] together, as in opsets before 13; export the model with opset 13 or later`,
    { node: node.name },
  )
}

/** By name, as this is about how files write an operator and not about what it is. */
const rules: Readonly<Record<string, Rule>> = { Split: split, Pad: pad, Softmax: softmax }
