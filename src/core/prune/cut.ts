import type { Graph, Mask, Node, ValueInfo } from '../graph/graph'
import { inferShapes, nodeContext } from '../passes/inferShapes'
import { dataTypes, sizeOf } from '../graph/tensorData'
import type { DataType, TensorData, TypedArray } from '../graph/tensorData'
import { withUsedInitializers } from '../graph/usedInitializers'
import { operators } from '../ops/index'
import { keptPositions } from './dependencyGraph'
import type { DependencyGraph } from './dependencyGraph'
import { rules } from './rules/index'

interface CutOptions {
  /** Leave the numbers of the smaller tensors at zero: for counting parameters and operations. */
  readonly shapesOnly?: boolean
}

/** The graph without some units: their slices leave every parameter, and what counts channels in nodes and constants follows. Masks are cut alike. */
export function cut(
  dependencies: DependencyGraph,
  removed: ReadonlySet<number>,
  { shapesOnly = false }: CutOptions = {},
): Graph {
  const { graph } = dependencies
  const initializers = new Map(graph.initializers)
  const masks = new Map(graph.masks)
  for (const [name, axes] of dependencies.bindings) {
    const mask = masks.get(name)
    let tensor = graph.initializers.get(name) as TensorData
    for (const [axis, ids] of axes) {
      const kept = [...ids.keys()].filter((index) => !removed.has(dependencies.unitOf(ids[index]!)))
      if (kept.length === ids.length) continue
      if (mask) masks.set(name, slices(masks.get(name) ?? mask, tensor.shape, axis, kept))
      tensor = cutTensor(tensor, axis, kept, shapesOnly)
    }
    initializers.set(name, tensor)
  }
  const nodes = graph.nodes.map((node) => rewritten(dependencies, removed, node, initializers))
  const result = withUsedInitializers({ ...graph, nodes, initializers, masks, qparams: new Map() })
  return { ...result, outputs: checkedOutputs(result) }
}

function cutTensor(
  { dtype, shape, data }: TensorData,
  axis: number,
  kept: readonly number[],
  shapesOnly: boolean,
): TensorData {
  const target = shape.map((dim, at) => (at === axis ? kept.length : dim))
  return { dtype, shape: target, data: shapesOnly ? zerosOf(dtype, sizeOf(target)) : slices(data, shape, axis, kept) }
}

const zeros = new Map<DataType, TypedArray>()

/** Views of one array that nobody writes to: counting needs no memory of its own. */
function zerosOf(dtype: DataType, size: number): TypedArray {
  const known = zeros.get(dtype)
  const enough = known && known.length >= size ? known : new dataTypes[dtype](size)
  zeros.set(dtype, enough)
  return enough.subarray(0, size)
}

/** Slices of a row-major array along an axis. */
function slices<T extends TypedArray | Mask>(
  data: T,
  shape: readonly number[],
  axis: number,
  kept: readonly number[],
): T {
  const inner = sizeOf(shape.slice(axis + 1))
  const outer = sizeOf(shape.slice(0, axis))
  const result = data.slice(0, outer * kept.length * inner)
  let offset = 0
  for (let row = 0; row < outer; row++) {
    for (const position of kept) {
      const start = (row * shape[axis]! + position) * inner
      result.set(data.subarray(start, start + inner), offset)
      offset += inner
    }
  }
  return result as T
}

function rewritten(
  dependencies: DependencyGraph,
  removed: ReadonlySet<number>,
  node: Node,
  initializers: Map<string, TensorData>,
): Node {
  const rule = rules[operators.get(node.op).channels]
  const touched = [...node.inputs, ...node.outputs].some((value) =>
    dependencies.labelsOf(value).ids.some((id) => removed.has(dependencies.unitOf(id))),
  )
  if (!rule.rewrite || !touched) return node
  const result = rule.rewrite({
    ...nodeContext(dependencies.graph, node, dependencies.shapes),
    outputShapes: node.outputs.map((name) => dependencies.shapes.get(name) ?? []),
    labelsOf: dependencies.labelsOf,
    kept: (value, axis, size) => keptPositions(dependencies, removed, value, axis, size),
  })
  for (const [name, tensor] of result.constants) initializers.set(name, tensor)
  return result.node
}

/** Shapes are inferred again, so that a cut that does not fit together fails here and not in a runtime. */
function checkedOutputs(graph: Graph): readonly ValueInfo[] {
  inferShapes(graph, 1)
  return graph.outputs
}

/** The whole graph with every member of some units at zero: filters, biases, scales and shifts, so that their channels are zero everywhere. */
export function zeroed({ graph, bindings, unitOf }: DependencyGraph, removed: ReadonlySet<number>): Graph {
  const initializers = new Map(graph.initializers)
  for (const [name, axes] of bindings) {
    const tensor = initializers.get(name) as TensorData
    const data = tensor.data.slice()
    for (const [axis, ids] of axes)
      zeroSlices(
        data,
        tensor.shape,
        axis,
        [...ids.keys()].filter((index) => removed.has(unitOf(ids[index]!))),
      )
    initializers.set(name, { ...tensor, data })
  }
  return { ...graph, initializers }
}

function zeroSlices(data: TypedArray, shape: readonly number[], axis: number, positions: readonly number[]): void {
  const inner = sizeOf(shape.slice(axis + 1))
  const outer = sizeOf(shape.slice(0, axis))
  for (let row = 0; row < outer; row++) {
    for (const position of positions)
      data.fill(0, (row * shape[axis]! + position) * inner, (row * shape[axis]! + position + 1) * inner)
  }
}
