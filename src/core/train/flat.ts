import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core'
import { concat, reshape, split, tensor1d, tidy, zeros } from '@tensorflow/tfjs-core'
import { runNative, runNativeSingle } from '../kernels/native'
import type { ExecutorParameter } from '../execute/parameters'

/** Where each parameter lies in one flat vector (ADR 4). */
export interface FlatSpec {
  readonly entries: readonly ExecutorParameter[]
  readonly size: number
}

export const flatSpec = (entries: readonly ExecutorParameter[]): FlatSpec => ({
  entries,
  size: entries.reduce((sum, { size }) => sum + size, 0),
})

/** One vector out of per-parameter arrays. */
export function flattenArrays(spec: FlatSpec, arrayOf: (name: string) => ArrayLike<number>): Float32Array {
  const flat = new Float32Array(spec.size)
  let offset = 0
  for (const { name, size } of spec.entries) {
    flat.set(arrayOf(name), offset)
    offset += size
  }
  return flat
}

/** One vector that has one value for each parameter. */
export function flattenConstants(
  { entries, size }: FlatSpec,
  valueOf: (entry: ExecutorParameter) => number,
): Float32Array {
  const flat = new Float32Array(size)
  let offset = 0
  for (const entry of entries) flat.fill(valueOf(entry), offset, (offset += entry.size))
  return flat
}

/** Views of one vector by parameter. */
export function splitArray(spec: FlatSpec, flat: Float32Array): ReadonlyMap<string, Float32Array> {
  let offset = 0
  return new Map(spec.entries.map(({ name, size }) => [name, flat.subarray(offset, (offset += size))]))
}

/** Most parameters are vectors already, and a change of shape costs a call. */
const asVector = (tensor: Tensor): Tensor => (tensor.rank === 1 ? tensor : reshape(tensor, [tensor.size]))

/** One vector out of tensors; a parameter without a tensor takes its fallback, or zero. */
export function flattenTensors(
  spec: FlatSpec,
  tensors: ReadonlyMap<string, Tensor>,
  fallback: ReadonlyMap<string, Tensor> = new Map(),
): Tensor1D {
  const tensorOf = (name: string, size: number): Tensor => tensors.get(name) ?? fallback.get(name) ?? zeros([size])
  return tidy(() => {
    const parts = spec.entries.map(({ name, size }) => tensorOf(name, size))
    return (runNativeSingle('flatten', numbered(parts)) ?? concat(parts.map(asVector) as Tensor1D[])) as Tensor1D
  })
}

/** The parameters out of one vector, in their shapes. */
export function splitTensor(spec: FlatSpec, flat: Tensor1D): Map<string, Tensor> {
  const parts = tidy(() => splitNative(spec, flat) ?? splitByShape(spec, flat))
  return new Map(parts.map((part, index) => [spec.entries[index]!.name, part]))
}

const numbered = (tensors: readonly Tensor[]): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(tensors.map((tensor, index) => [`tensor${index}`, tensor]))

/** The rank of each tensor and its sizes, one tensor after the other. */
function splitNative({ entries }: FlatSpec, flat: Tensor1D): Tensor[] | undefined {
  const shapes = tensor1d(
    entries.flatMap(({ shape }) => [shape.length, ...shape]),
    'int32',
  )
  const parts = runNative('split', { flat, shapes }, { count: entries.length })
  return parts && [...parts]
}

function splitByShape({ entries }: FlatSpec, flat: Tensor1D): Tensor[] {
  const vectors = split(
    flat,
    entries.map(({ size }) => size),
  )
  return vectors.map((vector, index) =>
    entries[index]!.shape.length === 1 ? vector : reshape(vector, [...entries[index]!.shape]),
  )
}
