import type { Node } from '../graph/graph'
import { rowMajorStrides, sizeOf, tensorData, transpose } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'

export const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

export function reduced(
  { attributes }: Node,
  x: TensorData,
  axesInput: TensorData | undefined,
  join: (values: readonly number[]) => number,
): TensorData {
  const rank = x.shape.length
  const given = axesInput ? [...axesInput.data] : (attributes.axes as readonly number[] | undefined)
  if (given?.length === 0 && attributes.noop_with_empty_axes) return x
  const axes = given?.length ? given.map((axis) => positive(axis, rank)) : x.shape.map((_, axis) => axis)
  const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]))
  const rows = transpose(x, [...kept, ...axes])
  const length = sizeOf(axes.map((axis) => x.shape[axis] ?? 1))
  const data = Array.from({ length: rows.data.length / length }, (_, row) =>
    join([...rows.data.subarray(row * length, (row + 1) * length)]),
  )
  const shape = x.shape.flatMap((dim, axis) => (axes.includes(axis) ? (attributes.keepdims === 0 ? [] : [1]) : [dim]))
  return tensorData(x.dtype, shape, data)
}

/** Sums of all elements up to each along an axis. */
export function cumulated(x: TensorData, axis: number, { exclusive, reverse }: Node['attributes']): TensorData {
  const at = positive(axis, x.shape.length)
  const [length, stride] = [x.shape[at] ?? 1, rowMajorStrides(x.shape)[at] ?? 1]
  const data = x.data.slice()
  for (let start = 0; start < data.length; start++) {
    if (Math.floor(start / stride) % length !== 0) continue
    let sum = 0
    for (let step = 0; step < length; step++) {
      const position = start + stride * (reverse ? length - 1 - step : step)
      const value = data[position] ?? 0
      data[position] = exclusive ? sum : sum + value
      sum += value
    }
  }
  return { ...x, data }
}

/** By its own statistics, as weights are standardized in a graph: the reader lets training mode pass on constants alone. */
export function batchNormalized(x: TensorData, scale: TensorData, shift: TensorData, epsilon: number): TensorData {
  const inner = sizeOf(x.shape.slice(2))
  const channelOf = (index: number): number => Math.floor(index / inner) % (x.shape[1] ?? 1)
  const [sums, squares] = [new Float64Array(scale.data.length), new Float64Array(scale.data.length)]
  const count = x.data.length / scale.data.length
  x.data.forEach((value, index) => (sums[channelOf(index)]! += value / count))
  x.data.forEach((value, index) => (squares[channelOf(index)]! += (value - (sums[channelOf(index)] ?? 0)) ** 2 / count))
  return {
    ...x,
    data: Float32Array.from(x.data, (value, index) => {
      const channel = channelOf(index)
      const normal = (value - (sums[channel] ?? 0)) / Math.sqrt((squares[channel] ?? 0) + epsilon)
      return normal * (scale.data[channel] ?? 1) + (shift.data[channel] ?? 0)
    }),
  }
}

/** Slices of x replaced at the places that rows of leading indices name. */
export function scattered(x: TensorData, places: TensorData, updates: TensorData): TensorData {
  const depth = places.shape.at(-1) ?? 0
  const strides = rowMajorStrides(x.shape)
  const length = sizeOf(x.shape.slice(depth))
  const data = x.data.slice()
  for (let row = 0; row < places.data.length / depth; row++) {
    const index = [...places.data.subarray(row * depth, (row + 1) * depth)]
    const start = index.reduce((sum, at, axis) => sum + positive(at, x.shape[axis] ?? 1) * (strides[axis] ?? 1), 0)
    data.set(updates.data.subarray(row * length, (row + 1) * length), start)
  }
  return { ...x, data }
}
