import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core'
import { concat, reshape, split, tidy, zeros } from '@tensorflow/tfjs-core'
import type { ExecutorParameter } from '../execute/parameters'

/** Where each parameter lies in one flat vector (ADR 4). */
export interface FlatLayout {
  readonly entries: readonly ExecutorParameter[]
  readonly size: number
}

export const flatLayout = (entries: readonly ExecutorParameter[]): FlatLayout => ({ entries, size: entries.reduce((sum, { size }) => sum + size, 0) })

/** One vector out of per-parameter arrays. */
export function flattenArrays(layout: FlatLayout, arrayOf: (name: string) => ArrayLike<number>): Float32Array {
  const flat = new Float32Array(layout.size)
  let offset = 0
  for (const { name, size } of layout.entries) {
    flat.set(arrayOf(name), offset)
    offset += size
  }
  return flat
}

/** One vector that has one value for each parameter. */
export function flattenConstants({ entries, size }: FlatLayout, valueOf: (entry: ExecutorParameter) => number): Float32Array {
  const flat = new Float32Array(size)
  let offset = 0
  for (const entry of entries) flat.fill(valueOf(entry), offset, (offset += entry.size))
  return flat
}

/** Views of one vector by parameter. */
export function splitArray(layout: FlatLayout, flat: Float32Array): ReadonlyMap<string, Float32Array> {
  let offset = 0
  return new Map(layout.entries.map(({ name, size }) => [name, flat.subarray(offset, (offset += size))]))
}

/** Most parameters are vectors already, and a change of shape costs a call. */
const asVector = (tensor: Tensor): Tensor => (tensor.rank === 1 ? tensor : reshape(tensor, [tensor.size]))

/** One vector out of tensors; a parameter without a tensor takes its fallback, or zero. */
export function flattenTensors(layout: FlatLayout, tensors: ReadonlyMap<string, Tensor>, fallback: ReadonlyMap<string, Tensor> = new Map()): Tensor1D {
  const tensorOf = (name: string, size: number): Tensor => tensors.get(name) ?? fallback.get(name) ?? zeros([size])
  return tidy(() => concat(layout.entries.map(({ name, size }) => asVector(tensorOf(name, size))) as Tensor1D[]))
}

/** The parameters out of one vector, in their shapes. */
export function splitTensor(layout: FlatLayout, flat: Tensor1D): Map<string, Tensor> {
  const parts = tidy(() => split(flat, layout.entries.map(({ size }) => size)).map((part, index) => (layout.entries[index].shape.length === 1 ? part : reshape(part, [...layout.entries[index].shape]))))
  return new Map(parts.map((part, index) => [layout.entries[index].name, part]))
}
