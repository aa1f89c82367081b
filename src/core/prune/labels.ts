import type { Shape } from '../ops/operator'
import { rowMajorStrides, sizeOf } from '../graph/tensorData'

/**
 * Which channel each element of a value belongs to: channel numbers, row-major, in ONNX's axis order for one image.
 * An axis along which the channel does not change has size 1. Channel 0 stands for what belongs to no channel.
 */
export interface Labels {
  readonly shape: Shape
  readonly ids: Int32Array
}

/** The channel that constants have: it is never removed. */
export const noChannel = 0

export const withoutChannels = (rank: number): Labels => ({
  shape: new Array<number>(rank).fill(1),
  ids: Int32Array.of(noChannel),
})

/** Labels that change along one axis only. */
export const alongAxis = (ids: Int32Array, axis: number, rank: number): Labels => ({
  shape: Array.from({ length: rank }, (_, at) => (at === axis ? ids.length : 1)),
  ids,
})

/** The axes along which channels change. */
export const varyingAxes = ({ shape }: Labels): readonly number[] =>
  shape.flatMap((dim, axis) => (dim > 1 ? [axis] : []))

/** The channels along an axis; undefined when they change along another axis too. `size` is the value's own size there. */
export function channelsAlong(labels: Labels, axis: number, size: number): Int32Array | undefined {
  if (varyingAxes(labels).some((other) => other !== axis)) return undefined
  return labels.shape[axis] === size ? labels.ids : new Int32Array(size).fill(labels.ids[0]!)
}

/** Repeats labels along axes of size 1. */
export function expanded({ shape, ids }: Labels, target: Shape): Labels {
  if (shape.every((dim, axis) => dim === target[axis])) return { shape, ids }
  const strides = rowMajorStrides(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride))
  return { shape: target, ids: gathered(ids, target, strides, 0) }
}

/** Numbers read at `start + Σ index · stride` for every index of a shape. */
function gathered(source: Int32Array, shape: Shape, strides: readonly number[], start: number): Int32Array {
  const result = new Int32Array(sizeOf(shape))
  const index = new Array<number>(shape.length).fill(0)
  let offset = start
  for (let target = 0; target < result.length; target++) {
    result[target] = source[offset]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis]!
      if (++index[axis]! < shape[axis]!) break
      offset -= strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return result
}

/** Drops repetition: axes along which nothing changes get size 1. */
function compressed(labels: Labels): Labels {
  return labels.shape.reduce(
    (current, dim, axis) => (dim > 1 && !changesAlong(current, axis) ? taken(current, axis, [0]) : current),
    labels,
  )
}

function changesAlong({ shape, ids }: Labels, axis: number): boolean {
  const inner = sizeOf(shape.slice(axis + 1))
  const block = inner * shape[axis]!
  for (let position = 0; position < ids.length; position++) {
    if (ids[position] !== ids[position - (position % block) + (position % inner)]) return true
  }
  return false
}

/** Positions of an axis, in the given order; labels that do not change along it stay as they are. */
export function taken({ shape, ids }: Labels, axis: number, positions: ArrayLike<number>): Labels {
  if (shape[axis] === 1) return { shape, ids }
  const inner = sizeOf(shape.slice(axis + 1))
  const outer = sizeOf(shape.slice(0, axis))
  const result = new Int32Array(outer * positions.length * inner)
  let offset = 0
  for (let row = 0; row < outer; row++) {
    for (let at = 0; at < positions.length; at++, offset += inner) {
      const start = (row * shape[axis]! + positions[at]!) * inner
      result.set(ids.subarray(start, start + inner), offset)
    }
  }
  return { shape: shape.map((dim, at) => (at === axis ? positions.length : dim)), ids: result }
}

/** As numpy's transpose. */
export function permuted({ shape, ids }: Labels, order: readonly number[]): Labels {
  const strides = rowMajorStrides(shape)
  const target = order.map((axis) => shape[axis]!)
  return {
    shape: target,
    ids: gathered(
      ids,
      target,
      order.map((axis) => strides[axis]!),
      0,
    ),
  }
}

/** The labels of a value after a reshape from one full shape to another. */
export const reshaped = (labels: Labels, from: Shape, to: Shape): Labels =>
  compressed({ shape: to, ids: expanded(labels, from).ids })

/** Joined along an axis; `sizes` are the values' own sizes there. */
export function concatenated(parts: readonly Labels[], axis: number, sizes: readonly number[]): Labels {
  const common = parts[0]!.shape.map((_, at) => Math.max(...parts.map(({ shape }) => shape[at]!)))
  const full = parts.map((part, index) =>
    expanded(
      part,
      common.map((dim, at) => (at === axis ? sizes[index]! : dim)),
    ),
  )
  const shape = common.map((dim, at) => (at === axis ? sizes.reduce((sum, size) => sum + size, 0) : dim))
  const outer = sizeOf(shape.slice(0, axis))
  const ids = new Int32Array(sizeOf(shape))
  let offset = 0
  for (let row = 0; row < outer; row++) {
    for (const { ids: own } of full) {
      const length = own.length / outer
      ids.set(own.subarray(row * length, (row + 1) * length), offset)
      offset += length
    }
  }
  return compressed({ shape, ids })
}
