import { dataTypes, sizeOf } from './tensorData'
import type { TensorData } from './tensorData'

/** `filler` (default zero) behind an axis until it has `size` entries. */
export function padTensor({ dtype, shape, data }: TensorData, axis: number, size: number, filler = 0): TensorData {
  const target = shape.map((dim, at) => (at === axis ? size : dim))
  const [from, to] = [sizeOf(shape.slice(axis)), sizeOf(target.slice(axis))]
  const result = new dataTypes[dtype](sizeOf(target)).fill(filler)
  for (let row = 0; row * from < data.length; row++) result.set(data.subarray(row * from, (row + 1) * from), row * to)
  return { dtype, shape: target, data: result }
}
