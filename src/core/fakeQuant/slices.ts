import { sizeOf } from '../graph/tensorData'

/** Calls `visit(slice, start, end)` for every contiguous run of a row-major tensor that belongs to one slice along `axis`; without an axis, once for all of it. */
export function forEachRun(
  shape: readonly number[],
  axis: number | undefined,
  visit: (slice: number, start: number, end: number) => void,
): void {
  if (axis === undefined) return visit(0, 0, sizeOf(shape))
  const slices = shape[axis]!
  const length = sizeOf(shape.slice(axis + 1))
  const runs = sizeOf(shape.slice(0, axis + 1))
  for (let run = 0; run < runs; run++) visit(run % slices, run * length, (run + 1) * length)
}

/** The values of every slice along an axis, each in row-major order. */
export function slicesOf(values: Float32Array, shape: readonly number[], axis: number): readonly Float32Array[] {
  const slices = Array.from({ length: shape[axis]! }, () => new Float32Array(values.length / shape[axis]!))
  const filled = new Int32Array(shape[axis]!)
  forEachRun(shape, axis, (slice, start, end) => {
    slices[slice]!.set(values.subarray(start, end), filled[slice])
    filled[slice]! += end - start
  })
  return slices
}
