import { atLeast } from '../../shared/atLeast'
import { dataTypes, intTensor, rowMajorStrides, sizeOf, tensorData } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { positive } from './weightArithmetic'

/**
 * Most elements that a constant may have that folding makes. A few bytes of a file can ask for billions (Range, Expand,
 * ConstantOfShape); the largest weights of image models that are computed in a graph have some tens of millions.
 */
const mostElements = 2 ** 26

export class TooLarge extends Error {}

/** Elements of a shape that is about to be made. Throws before anything is allocated. */
function countOf(shape: readonly number[]): number {
  const count = sizeOf(shape)
  if (!shape.every((dim) => Number.isInteger(dim) && dim >= 0)) throw new RangeError(`a shape of [${shape.join(', ')}]`)
  if (count > mostElements)
    throw new TooLarge(`a constant of ${count} elements is too large to fold: expected at most ${mostElements}`)
  return count
}

export const reshaped = (tensor: TensorData, shape: readonly number[]): TensorData => ({ ...tensor, shape })

export function range(start: number, limit: number, delta: number): TensorData {
  const length = countOf([Math.max(0, Math.ceil((limit - start) / delta))])
  return intTensor(Array.from({ length }, (_, index) => start + index * delta))
}

export function filled(shape: readonly number[], value?: TensorData): TensorData {
  return tensorData(value?.dtype ?? 'float32', shape, new Array<number>(countOf(shape)).fill(value?.data[0] ?? 0))
}

export function resolveShape(x: TensorData, wanted: readonly number[]): readonly number[] {
  const copied = wanted.map((dim, axis) => (dim === 0 ? x.shape[axis]! : dim))
  const rest = sizeOf(x.shape) / Math.abs(sizeOf(copied))
  return copied.map((dim) => (dim === -1 ? rest : dim))
}

export function unsqueeze(x: TensorData, axes: readonly number[]): TensorData {
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

export function elementwise(a: TensorData, b: TensorData, compute: (x: number, y: number) => number): TensorData {
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

export function concatenate(inputs: readonly TensorData[], axis: number): TensorData {
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

export function gather(x: TensorData, chosen: TensorData, axis: number): TensorData {
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

export function slice(
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
