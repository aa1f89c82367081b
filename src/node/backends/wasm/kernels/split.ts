import { backend_util } from '@tensorflow/tfjs-core'
import { sizeOf } from './kernel'
import type { WasmKernel } from './kernel'

/**
 * Splits x along one axis with one copy per piece and row; the package's kernel computes an index for every element.
 */
export const splitPieces: WasmKernel = ({ inputs: { x }, attributes: { numOrSizeSplits, axis }, heap }) => {
  const along = Number(axis) < 0 ? Number(axis) + x.shape.length : Number(axis)
  const sizes = backend_util.prepareSplitSize(
    x as Parameters<typeof backend_util.prepareSplitSize>[0],
    numOrSizeSplits as number[] | number,
    along,
  )
  const outer = sizeOf(x.shape.slice(0, along))
  const inner = sizeOf(x.shape.slice(along + 1))
  const rowLength = x.shape[along]! * inner
  let start = 0
  return sizes.map((size) => {
    const piece = heap.allocate(x.shape.with(along, size))
    const [from, to] = [heap.view(x), heap.view(piece)]
    for (let row = 0; row < outer; row++)
      to.set(
        from.subarray(row * rowLength + start * inner, row * rowLength + (start + size) * inner),
        row * size * inner,
      )
    start += size
    return piece
  })
}
