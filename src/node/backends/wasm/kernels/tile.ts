import { sizeOf } from './kernel'
import type { WasmKernel } from './kernel'

/**
 * Repeats x `reps` times along each axis by copying whole blocks; the package's kernel computes an index for every
 * element.
 */
export const tile: WasmKernel = ({ inputs: { x }, attributes, heap }) => {
  const reps = attributes['reps'] as readonly number[]
  const out = heap.allocate(x.shape.map((size, axis) => size * reps[axis]!))
  const [from, to] = [heap.view(x), heap.view(out)]
  const fill = (axis: number, source: number, target: number): void => {
    if (reps.slice(axis).every((count) => count === 1))
      return to.set(from.subarray(source, source + sizeOf(x.shape.slice(axis))), target)
    const [innerSource, innerTarget] = [sizeOf(x.shape.slice(axis + 1)), sizeOf(out.shape.slice(axis + 1))]
    for (let index = 0; index < x.shape[axis]!; index++)
      fill(axis + 1, source + index * innerSource, target + index * innerTarget)
    const block = x.shape[axis]! * innerTarget
    for (let copy = 1; copy < reps[axis]!; copy++) to.copyWithin(target + copy * block, target, target + block)
  }
  if (sizeOf(out.shape) > 0) fill(0, 0, 0)
  return out
}
