import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Heap } from '../heap'
import { FLOAT_BYTES } from './kernel'
import type { WasmKernel } from './kernel'

/** a [m, k] · b [k, n], each transposed first where asked. */
export const matMul: WasmKernel = ({ inputs: { a, b }, attributes: { transposeA, transposeB }, heap }) => {
  const [rows, depth] = transposeA ? [a.shape[1], a.shape[0]] : a.shape
  const columns = transposeB ? b.shape[0] : b.shape[1]
  const right = transposeB ? transposed(heap, b) : b
  const out = heap.zeros([rows, columns])
  const [along, across] = [FLOAT_BYTES, a.shape[1] * FLOAT_BYTES]
  const columnBytes = columns * FLOAT_BYTES
  heap.run('gemm', heap.address(a), transposeA ? along : across, transposeA ? across : along, heap.address(right), columnBytes, heap.address(out), columnBytes, rows, columns, depth)
  if (right !== b) heap.free(right)
  return out
}

/** The transpose of one matrix. */
function transposed(heap: Heap, matrix: TensorInfo): TensorInfo {
  const [rows, columns] = matrix.shape
  const out = heap.allocate([columns, rows])
  heap.run('transpose', heap.address(matrix), heap.address(out), rows, columns)
  return out
}
