import { FLOAT_BYTES, boundsOf, rowsOf, sizeOf } from './kernel'
import type { WasmKernel } from './kernel'

type Bounded = 'relu' | 'relu6'

export const activation = (kind: Bounded): WasmKernel => ({ inputs: { x }, heap }) => {
  const y = heap.allocate(x.shape)
  heap.run('relu', heap.address(x), heap.address(y), sizeOf(x.shape) * FLOAT_BYTES, boundsOf(kind)[1])
  return y
}

/** Gradient from the output y. */
export const activationGradient = (kind: Bounded): WasmKernel => ({ inputs: { dy, y }, heap }) => {
  const dx = heap.allocate(dy.shape)
  heap.run('reluGradient', heap.address(dy), heap.address(y), heap.address(dx), sizeOf(dy.shape) * FLOAT_BYTES, boundsOf(kind)[1])
  return dx
}

/** Gradient of a bias: the sum over all axes but the last. */
export const biasGradient: WasmKernel = ({ inputs: { dy }, heap }) => {
  const { channels, rows, rowBytes } = rowsOf(dy)
  const sums = heap.zeros([channels])
  heap.run('columnSums', heap.address(dy), heap.address(sums), rowBytes, rows)
  return sums
}
