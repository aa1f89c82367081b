import { atLeast } from '../../shared/atLeast'
import type { AtLeast, Count } from '../../shared/atLeast'
import { NNOptError } from '../../shared/errors'
import type { Node } from '../graph/graph'
import { dataTypes, intTensor, rowMajorStrides, sizeOf, tensorData, transpose } from '../graph/tensorData'
import type { DataType, TensorData } from '../graph/tensorData'

/**
 * Most elements that a constant may have that folding makes. A few bytes of a file can ask for billions (Range, Expand,
 * ConstantOfShape); the largest weights of image models that are computed in a graph have some tens of millions.
 */
const mostElements = 2 ** 26

type Inputs = readonly (TensorData | undefined)[]
type Evaluator = (node: Node, inputs: Inputs) => TensorData
type Taken<N extends Count> = AtLeast<N, TensorData, TensorData | undefined>

const starts = <N extends Count>(count: N, inputs: Inputs): inputs is Taken<N> =>
  inputs.slice(0, count).filter(Boolean).length === count

/** All inputs of an operator that takes any number. */
const present = (inputs: Inputs): readonly TensorData[] => inputs.filter((input) => input !== undefined)

/** An evaluator of operators that need their first inputs, and may have more. */
const taking =
  <N extends Count>(count: N, run: (node: Node, inputs: Taken<N>) => TensorData): Evaluator =>
  (node, inputs) => {
    if (starts(count, inputs)) return run(node, inputs)
    throw new RangeError(`expected at least ${count} inputs, got ${inputs.length}`)
  }

/**
 * Computes the operators of shape arithmetic and weight preparation on constants; undefined for any other operator.
 * Throws `badInput` naming the node when an input is missing or they do not fit together, `unsupported`
 * when the result would have more than 2^26 elements.
 */
export function evaluate(node: Node, inputs: Inputs): TensorData | undefined {
  try {
    return evaluators[node.op]?.(node, inputs)
  } catch (cause) {
    const [code, reason] =
      cause instanceof TooLarge
        ? (['unsupported', cause.message] as const)
        : (['badInput', 'its constant inputs do not fit together'] as const)
    throw new NNOptError(code, `node '${node.name}' (${node.op}): ${reason}`, { node: node.name }, { cause })
  }
}

class TooLarge extends Error {}

/** Elements of a shape that is about to be made. Throws before anything is allocated. */
function countOf(shape: readonly number[]): number {
  const count = sizeOf(shape)
  if (!shape.every((dim) => Number.isInteger(dim) && dim >= 0)) throw new RangeError(`a shape of [${shape.join(', ')}]`)
  if (count > mostElements)
    throw new TooLarge(`a constant of ${count} elements is too large to fold: expected at most ${mostElements}`)
  return count
}

/** ONNX's Shape reads no numbers, only the shape: it is gone after import, and therefore no operator of the registry. */
export const isShapeQuery = ({ op }: Pick<Node, 'op'>): boolean => op === 'Shape'

export const isEvaluable = (op: string): boolean => op in evaluators

const list = (tensor: TensorData | undefined): readonly number[] => (tensor ? [...tensor.data] : [])

const reshaped = (tensor: TensorData, shape: readonly number[]): TensorData => ({ ...tensor, shape })

const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)

/** ONNX TensorProto.DataType of Cast's `to`, as far as shape arithmetic and weights use it. */
const castTargets: Readonly<Record<number, DataType>> = {
  1: 'float32',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float32',
  11: 'float32',
  2: 'uint8',
  3: 'int8',
}

/** By name, with ONNX's integer arithmetic: many of these occur in files only, and none of them is left after import. */
const evaluators: Readonly<Record<string, Evaluator>> = {
  Identity: taking(1, (_, [x]) => x),
  Cast: taking(1, ({ attributes }, [x]) => tensorData(castTargets[Number(attributes.to)] ?? x.dtype, x.shape, x.data)),
  Add: taking(2, (_, [a, b]) => elementwise(a, b, (x, y) => x + y)),
  Sub: taking(2, (_, [a, b]) => elementwise(a, b, (x, y) => x - y)),
  Mul: taking(2, (_, [a, b]) => elementwise(a, b, (x, y) => x * y)),
  Div: taking(2, (_, [a, b]) =>
    elementwise(a, b, (x, y) => (a.dtype === 'int64' || a.dtype === 'int32' ? Math.trunc(x / y) : x / y)),
  ),
  Pow: taking(2, (_, [a, b]) => elementwise(a, b, (x, y) => x ** y)),
  Min: (_, inputs) => present(inputs).reduce((a, b) => elementwise(a, b, Math.min)),
  Max: (_, inputs) => present(inputs).reduce((a, b) => elementwise(a, b, Math.max)),
  Equal: taking(2, (_, [a, b]) => boolean(elementwise(a, b, (x, y) => Number(x === y)))),
  Where: taking(3, (_, [condition, a, b]) => {
    const chosen = { ...condition, dtype: a.dtype }
    return elementwise(
      elementwise(chosen, a, (keep, x) => (keep ? x : 0)),
      elementwise(chosen, b, (keep, y) => (keep ? 0 : y)),
      (x, y) => x + y,
    )
  }),
  Neg: taking(1, (_, [x]) =>
    tensorData(
      x.dtype,
      x.shape,
      x.data.map((value) => -value),
    ),
  ),
  Sqrt: taking(1, (_, [x]) => tensorData(x.dtype, x.shape, x.data.map(Math.sqrt))),
  Floor: taking(1, (_, [x]) => tensorData(x.dtype, x.shape, x.data.map(Math.floor))),
  Concat: ({ attributes }, inputs) => concatenate(present(inputs), Number(attributes.axis ?? 0)),
  Gather: taking(2, ({ attributes }, [x, indices]) => gather(x, indices, Number(attributes.axis ?? 0))),
  Slice: taking(1, (_, [x, starts, ends, axes, steps]) =>
    slice(x, list(starts), list(ends), axes ? list(axes) : list(starts).map((_start, axis) => axis), list(steps)),
  ),
  Squeeze: taking(1, (_, [x, axes]) =>
    reshaped(
      x,
      x.shape.filter((dim, axis) =>
        axes
          ? !list(axes)
              .map((a) => positive(a, x.shape.length))
              .includes(axis)
          : dim !== 1,
      ),
    ),
  ),
  Unsqueeze: taking(1, (_, [x, axes]) => unsqueeze(x, list(axes))),
  Reshape: taking(1, (_, [x, shape]) => reshaped(x, resolveShape(x, list(shape)))),
  Transpose: taking(1, ({ attributes }, [x]) =>
    transpose(
      x,
      (attributes.perm as readonly number[] | undefined) ?? x.shape.map((_dim, axis) => x.shape.length - 1 - axis),
    ),
  ),
  ConstantOfShape: taking(1, ({ attributes }, [shape]) =>
    filled(list(shape), attributes.value as TensorData | undefined),
  ),
  Expand: taking(2, (_, [x, shape]) =>
    elementwise(x, filled(list(shape), tensorData(x.dtype, [1], [1])), (value) => value),
  ),
  Range: taking(3, (_, [start, limit, delta]) => range(start.data[0]!, limit.data[0]!, delta.data[0]!)),
}

function range(start: number, limit: number, delta: number): TensorData {
  const length = countOf([Math.max(0, Math.ceil((limit - start) / delta))])
  return intTensor(Array.from({ length }, (_, index) => start + index * delta))
}

const boolean = ({ shape, data }: TensorData): TensorData => tensorData('bool', shape, Uint8Array.from(data))

function filled(shape: readonly number[], value?: TensorData): TensorData {
  return tensorData(value?.dtype ?? 'float32', shape, new Array<number>(countOf(shape)).fill(value?.data[0] ?? 0))
}

function resolveShape(x: TensorData, wanted: readonly number[]): readonly number[] {
  const copied = wanted.map((dim, axis) => (dim === 0 ? x.shape[axis]! : dim))
  const rest = sizeOf(x.shape) / Math.abs(sizeOf(copied))
  return copied.map((dim) => (dim === -1 ? rest : dim))
}

function unsqueeze(x: TensorData, axes: readonly number[]): TensorData {
  const rank = x.shape.length + axes.length
  const added = new Set(axes.map((axis) => positive(axis, rank)))
  const dims = [...x.shape]
  return reshaped(
    x,
    Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (dims.shift() ?? 1))),
  )
}

/** Walks every index of a shape, last axis fastest. */
function* indices(shape: readonly number[]): Generator<readonly number[]> {
  const index = new Array<number>(shape.length).fill(0)
  for (let count = sizeOf(shape); count > 0; count--) {
    yield index
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0
  }
}

const offsetOf = (strides: readonly number[], index: readonly number[]): number =>
  index.reduce((sum, value, axis) => sum + value * strides[axis]!, 0)

function elementwise(a: TensorData, b: TensorData, compute: (x: number, y: number) => number): TensorData {
  const rank = Math.max(a.shape.length, b.shape.length)
  const dims = [a, b].map(({ shape }) => [...new Array<number>(rank - shape.length).fill(1), ...shape])
  const shape = dims[0]!.map((dim, axis) => (dim === 1 ? dims[1]![axis]! : dim))
  const strides = dims.map((own) => rowMajorStrides(own).map((stride, axis) => (own[axis] === 1 ? 0 : stride)))
  const data = new dataTypes[a.dtype](countOf(shape))
  let position = 0
  for (const index of indices(shape))
    data[position++] = compute(a.data[offsetOf(strides[0]!, index)]!, b.data[offsetOf(strides[1]!, index)]!)
  return { dtype: a.dtype, shape, data }
}

function concatenate(inputs: readonly TensorData[], axis: number): TensorData {
  const [first] = atLeast(1, inputs)
  const at = positive(axis, first.shape.length)
  const shape = first.shape.map((dim, index) =>
    index === at ? inputs.reduce((sum, input) => sum + input.shape[at]!, 0) : dim,
  )
  const data = new dataTypes[first.dtype](countOf(shape))
  const outer = sizeOf(shape.slice(0, at))
  let position = 0
  for (let row = 0; row < outer; row++) {
    for (const input of inputs) {
      const length = input.data.length / outer
      data.set(input.data.subarray(row * length, (row + 1) * length), position)
      position += length
    }
  }
  return { dtype: first.dtype, shape, data }
}

function gather(x: TensorData, chosen: TensorData, axis: number): TensorData {
  const at = positive(axis, x.shape.length)
  const shape = [...x.shape.slice(0, at), ...chosen.shape, ...x.shape.slice(at + 1)]
  const inner = sizeOf(x.shape.slice(at + 1))
  const outer = sizeOf(x.shape.slice(0, at))
  const data = new dataTypes[x.dtype](countOf(shape))
  let position = 0
  for (let row = 0; row < outer; row++) {
    for (const index of chosen.data) {
      const start = (row * x.shape[at]! + positive(index, x.shape[at]!)) * inner
      data.set(x.data.subarray(start, start + inner), position)
      position += inner
    }
  }
  return { dtype: x.dtype, shape, data }
}

/** The indices that numpy's start:end:step names on an axis. */
function stepped(dim: number, start: number, end: number, step: number): readonly number[] {
  const [lowest, highest] = step > 0 ? [0, dim] : [-1, dim - 1]
  const bound = (value: number): number => Math.min(highest, Math.max(lowest, value < 0 ? value + dim : value))
  const [first, last] = [bound(start), bound(end)]
  return Array.from({ length: Math.max(0, Math.ceil((last - first) / step)) }, (_, index) => first + index * step)
}

function slice(
  x: TensorData,
  starts: readonly number[],
  ends: readonly number[],
  axes: readonly number[],
  steps: readonly number[],
): TensorData {
  const ranges = x.shape.map((dim, axis) => {
    const position = axes.findIndex((named) => positive(named, x.shape.length) === axis)
    return position === -1
      ? Array.from({ length: dim }, (_, index) => index)
      : stepped(dim, starts[position]!, ends[position]!, steps[position] ?? 1)
  })
  const shape = ranges.map((range) => range.length)
  const strides = rowMajorStrides(x.shape)
  const data = new dataTypes[x.dtype](countOf(shape))
  let position = 0
  for (const index of indices(shape))
    data[position++] =
      x.data[
        offsetOf(
          strides,
          index.map((value, axis) => ranges[axis]![value]!),
        )
      ]!
  return { dtype: x.dtype, shape, data }
}
