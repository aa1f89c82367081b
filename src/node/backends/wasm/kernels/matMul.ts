import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Heap, Piece } from '../heap'
import { FLOAT_BYTES, LINE_FLOATS } from './kernel'
import type { WasmKernel } from './kernel'
import { atLeast } from '../../../../shared/atLeast'

/** Rows of the tallest tile in simd/gemm.ts. */
const TILE_ROWS = 6
/** Multiply-adds that take as long as reading and writing one float. */
const PRODUCTS_PER_FLOAT = 8

/** a [m, k] · b [k, n], each optionally transposed first. */
export const matMul: WasmKernel = ({ inputs: { a, b }, attributes: { transposeA, transposeB }, heap }) => {
  const [rows, depth] = atLeast(2, transposeA ? a.shape.toReversed() : a.shape)
  const columns = transposeB ? b.shape[0]! : b.shape[1]!
  const right = transposeB ? transposed(heap, b) : b
  const out = heap.zeros([rows, columns])
  const [along, across] = [FLOAT_BYTES, a.shape[1]! * FLOAT_BYTES]
  const [aRow, aStep] = transposeA ? [along, across] : [across, along]
  const columnBytes = columns * FLOAT_BYTES
  const [from, factor, to] = atLeast(3, [a, right, out].map(heap.address))
  // Each element is summed by one thread in a fixed order, so results do not depend on the number of threads.
  const { byRows, pieces } = division(heap, rows, columns, depth)
  heap.runTogether(
    pieces.map(({ start, count }) =>
      byRows
        ? [
            'gemm',
            from + start * aRow,
            aRow,
            aStep,
            factor,
            columnBytes,
            to + start * columnBytes,
            columnBytes,
            count,
            columns,
            depth,
          ]
        : [
            'gemm',
            from,
            aRow,
            aStep,
            factor + start * FLOAT_BYTES,
            columnBytes,
            to + start * FLOAT_BYTES,
            columnBytes,
            rows,
            count,
            depth,
          ],
    ),
  )
  if (right !== b) heap.free(right)
  return out
}

/** Splits the product by rows or columns, whichever are more. */
function division(
  heap: Heap,
  rows: number,
  columns: number,
  depth: number,
): { readonly byRows: boolean; readonly pieces: readonly Piece[] } {
  const work = (rows * columns * depth) / PRODUCTS_PER_FLOAT
  const byRows = rows >= columns
  return { byRows, pieces: byRows ? heap.pieces(rows, work, TILE_ROWS) : heap.pieces(columns, work, LINE_FLOATS) }
}

/** Transposes one matrix. */
function transposed(heap: Heap, matrix: TensorInfo): TensorInfo {
  const [rows, columns] = atLeast(2, matrix.shape)
  const out = heap.allocate([columns, rows])
  heap.run('transpose', heap.address(matrix), heap.address(out), rows, columns)
  return out
}
